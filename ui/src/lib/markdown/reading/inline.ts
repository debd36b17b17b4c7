// The words of one block, shielded (`shield.ts`) -> spans. Text outside the pieces is read once, from
// left to right; runs of marks are left to `emphasis.ts`. Deliberately not here: HTML, which is text
// like any other, and references to links that are defined elsewhere: a definition at the end would
// change what was drawn and sealed long since.
import { hrefOf } from './addresses';
import { emphasised, type Part } from './emphasis';
import { entities } from './entities';
import { texOf } from './formulas';
import { safeLink } from './links';
import { endOfPiece, GROWING, holdsAt, isLiteralAt, opensAt, reveal } from './mask';
import { readRun } from './runs';
import type { Span } from './spans';
import { targetAt } from './targets';
import { t } from '../../words/language.svelte';

const SPECIAL = /[\\*_~[\]!\n]|[\udc80-\udcff\udd80-\udeff]/gu;
/** A backslash before these is the text's own: it opens or closes a formula that was not found, or ends its line. */
const KEPT_ESCAPES = /[()[\]\\,;:]/;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const PUNCTUATED = /^[ \t]*[.,;:!?。，；：！？、]{0,3}[ \t]*(?:\n|$)/;
const SPACES_BEFORE = /[ \t]+$/;
/** Unfinished at the end of a text that is still being written: marks, and a link's address. */
const UNFINISHED =
  /(?:(?<!\w)_{1,2}[A-Za-z0-9_]{0,64}|\\?[*_~]+(?:[-+−±√$#&~.]|h(?:t(?:tp?)?)?|https?:?\/{0,2}|w{1,3}\.?)?|\\&?|&[A-Za-z#0-9]{0,8}|!?\[[^[\]\n]{0,300}\]\([^()\s]{0,2000}|<(?:h|ht|htt|https?:?\/{0,2}|https?:\/\/[^\s<>]{0,2000})?)$/;
/** A last line of nothing but what may become the marks of a block, or the head of a table. */
const UNFINISHED_LINE =
  /(?:^|\n)[ \t]*(?:[-*+=#>~`|:_ ]+|\d{1,9}[.)]|\[[ xX]?\]?|\|[^\n]*(?:\n[ \t]*\|[-:| ]*)?)[ \t]*$/;

interface Bracket {
  /** Where its words begin among the parts. */
  place: number;
  at: number;
  isImage: boolean;
}

/** The spans of a block's text; `inCell` where a backslash hides a bar of the table. */
export function readSpans(shielded: string, inCell = false): Span[] {
  const grows = shielded.endsWith(GROWING);
  return new Words(grows ? withoutUnfinished(shielded.slice(0, -1)) : shielded, inCell).read(grows);
}

function withoutUnfinished(text: string): string {
  return text.trimEnd().replace(UNFINISHED_LINE, '').replace(UNFINISHED, '').trimEnd();
}

class Words {
  #text: string;
  #inCell: boolean;
  #parts: Part[] = [];
  #brackets: Bracket[] = [];
  #plain = '';
  /** Where pieces end: the places of their last letters. */
  #ends = new Set<number>();
  /** The text as it was written. */
  #source: string;

  constructor(text: string, inCell: boolean) {
    this.#text = text;
    this.#source = reveal(text);
    this.#inCell = inCell;
  }

  read(grows: boolean): Span[] {
    const text = this.#text;
    let at = 0;
    for (;;) {
      SPECIAL.lastIndex = at;
      const found = SPECIAL.exec(text);
      this.#plain += text.slice(at, found?.index);
      if (!found) break;
      at = this.#special(found.index);
      if (at < 0) break;
    }
    this.#flush();
    return emphasised(this.#parts, grows);
  }

  /** Reads what begins at `at`; gives the place behind it, -1 for the end of all. */
  #special(at: number): number {
    const text = this.#text;
    const letter = text[at]!;
    if (holdsAt(text, at)) return -1;
    if (opensAt(text, at)) return this.#piece(at);
    switch (letter) {
      case '\n':
        return this.#lineEnd(at);
      case '\\':
        return this.#escape(at);
      case '[':
        return this.#open(at, at + 1, false);
      case '!':
        if (text[at + 1] === '[') return this.#open(at, at + 2, true);
        this.#plain += letter;
        return at + 1;
      case ']':
        return this.#close(at);
      default:
        return this.#run(at);
    }
  }

  #piece(at: number): number {
    const end = endOfPiece(this.#text, at);
    if (end === 0) {
      this.#plain += this.#source[at];
      return at + 1;
    }
    if (isLiteralAt(this.#text, at)) {
      this.#literal(this.#source.slice(at, end));
      return end;
    }
    this.#ends.add(end - 1);
    this.#push(this.#spanOf(at, end));
    return end;
  }

  #literal(text: string): void {
    text.split('\n').forEach((line, at) => {
      if (at > 0) this.#push({ type: 'break' });
      this.#push({ type: 'text', text: line });
    });
  }

  #spanOf(at: number, end: number): Span {
    const raw = this.#source.slice(at, end);
    if (raw.startsWith('`')) return { type: 'code', text: codeOf(raw, this.#inCell) };
    if (raw.startsWith('\\') || raw.startsWith('$')) {
      return { type: 'formula', tex: texOf(raw), raw, display: this.#isDisplayed(raw, at, end) };
    }
    const link = safeLink(entities(hrefOf(raw)));
    const text = raw.replace(/^<(.*)>$/s, '$1');
    if (!link) return { type: 'text', text: raw };
    return { type: 'link', ...link, text, spans: [{ type: 'text', text }] };
  }

  /** An environment stands on a line of its own if nothing but the punctuation of its sentence does too. */
  #isDisplayed(raw: string, at: number, end: number): boolean {
    if (/^(?:\\\[|\$\$)/.test(raw)) return true;
    if (!raw.startsWith('\\begin')) return false;
    const before = this.#text.slice(this.#text.lastIndexOf('\n', at) + 1, at);
    return before.trim() === '' && PUNCTUATED.test(this.#text.slice(end, end + 10));
  }

  #lineEnd(at: number): number {
    this.#plain = this.#plain.replace(SPACES_BEFORE, '');
    this.#push({ type: 'break' });
    return at + 1 + /^[ \t]*/.exec(this.#text.slice(at + 1, at + 1001))![0].length;
  }

  #escape(at: number): number {
    const next = this.#text[at + 1] ?? '';
    if (next === '\n') return this.#lineEnd(at + 1);
    if (!ESCAPABLE.test(next)) {
      this.#plain += '\\';
      return at + 1;
    }
    const isKept = KEPT_ESCAPES.test(next);
    // A character of its own, so that no reference and no mark is read out of it.
    this.#flush();
    this.#push({ type: 'text', text: isKept ? `\\${next}` : next });
    return at + 2;
  }

  #open(at: number, behind: number, isImage: boolean): number {
    this.#flush();
    this.#brackets.push({ place: this.#parts.length, at, isImage });
    this.#push({ type: 'text', text: this.#text.slice(at, behind) });
    return behind;
  }

  #close(at: number): number {
    const bracket = this.#brackets.pop();
    const target = bracket && this.#text[at + 1] === '(' ? targetAt(this.#source, at + 1) : null;
    if (!bracket || !target) {
      this.#plain += ']';
      return at + 1;
    }
    this.#flush();
    const inside = emphasised(this.#parts.splice(bracket.place).slice(1), false);
    const raw = this.#source.slice(bracket.at, target.end);
    this.#push(linkOf(raw, target.href, inside, bracket.isImage));
    // No link in a link.
    if (!bracket.isImage) this.#brackets = this.#brackets.filter((it) => it.isImage);
    return target.end;
  }

  #run(at: number): number {
    const text = this.#text;
    const mark = text[at]!;
    let length = 1;
    while (text[at + length] === mark) length += 1;
    const isPiece = (place: number): boolean => this.#ends.has(place) || opensAt(text, place);
    const run = readRun(text, at, length, isPiece);
    if (run) {
      this.#flush();
      this.#parts.push({ run });
    } else {
      this.#plain += mark.repeat(length);
    }
    return at + length;
  }

  #push(span: Span): void {
    this.#flush();
    this.#parts.push({ span });
  }

  #flush(): void {
    if (this.#plain === '') return;
    this.#parts.push({ span: { type: 'text', text: entities(reveal(this.#plain)) } });
    this.#plain = '';
  }
}

/** Without its backticks and the spaces that keep them apart; a line's end is a space. */
function codeOf(raw: string, inCell: boolean): string {
  const ticks = /^`+/.exec(raw)![0].length;
  let text = raw.slice(ticks, -ticks).replace(/\n/g, ' ');
  if (inCell) text = text.replaceAll('\\|', '|');
  return /^ .*[^ ].* $|^ [^ ] $/.test(text) ? text.slice(1, -1) : text;
}

/** An image is never fetched: it is offered as a link, if it is one that may be offered. */
function linkOf(raw: string, href: string, inside: Span[], isImage: boolean): Span {
  const link = safeLink(entities(href));
  if (!link) return { type: 'text', text: raw };
  const words = wordsOf(inside);
  if (isImage) {
    const text = t('text.image', { words: words || link.host });
    return { type: 'link', ...link, text, spans: [{ type: 'text', text }] };
  }
  return { type: 'link', ...link, text: words, spans: inside.map(unlinked) };
}

function unlinked(span: Span): Span {
  if (span.type === 'link') return { type: 'text', text: span.text };
  return 'spans' in span ? { ...span, spans: span.spans.map(unlinked) } : span;
}

function wordsOf(spans: Span[]): string {
  return spans
    .map((span) => {
      if (span.type === 'formula') return span.raw;
      if (span.type === 'break') return ' ';
      return 'spans' in span ? wordsOf(span.spans) : span.text;
    })
    .join('');
}
