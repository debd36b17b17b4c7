// Model text -> a small closed set of blocks and spans, which the components draw. Parsed by
// marked's lexer; anything outside the set becomes text. Deliberately not here: HTML. Tags are
// characters like any others, on every level, and nothing of this module can become markup.
import { Lexer, Tokenizer, type Token, type Tokens, type TokensList } from 'marked';
import { t } from '../words/language.svelte';
import { entities } from './entities';
import { safeLink } from './links';
import * as mathematics from './mathematics';
import { normal } from './normal';

export type Span =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'strong' | 'emphasis' | 'strike'; spans: Span[] }
  | { type: 'link'; url: string; host: string; text: string; spans: Span[] }
  | { type: 'formula'; tex: string; display: boolean }
  | { type: 'break' };

export interface Item {
  /** Null where the item is no task. */
  checked: boolean | null;
  blocks: Body[];
}

export type Body =
  /** `goesOn`: the next one is the rest of it. */
  | { type: 'paragraph'; spans: Span[]; goesOn?: true }
  | { type: 'heading'; depth: number; spans: Span[] }
  | { type: 'list'; ordered: boolean; start: number; loose: boolean; items: Item[] }
  | { type: 'code'; language: string; text: string; closed: boolean }
  | { type: 'formula'; tex: string }
  | { type: 'quote'; blocks: Body[] }
  | {
      type: 'table';
      align: ('left' | 'center' | 'right' | null)[];
      head: Span[][];
      rows: Span[][][];
    }
  | { type: 'rule' };

/** A block of the text itself, known by the offset where it starts. */
export type Block = Body & { at: number };

/** One of marked's tokens at the top level, with what is needed to seal it. */
export interface Piece {
  block: Block | null;
  start: number;
  /** A paragraph that was too long was cut before this one. */
  isCut: boolean;
}

/** Nobody nests further to be read; a hostile text does, to exhaust the stack. */
const DEEPEST = 8;

/**
 * A heading longer than this, underlined, is none. marked looks for the line below it as far as the
 * text goes without a blank line, and does so again at each of its blocks.
 */
const LONGEST_HEADING = 2000;

/**
 * What stands among words is looked for in parts of this many characters: emphasis that is opened
 * ten thousand times is looked for to the end ten thousand times.
 */
const LONGEST_PART = 4000;

/**
 * A paragraph longer than this is cut at the next line's end, or, where a line is as long again, at
 * a sentence's. Some models think in ten thousand lines without a blank one, and a paragraph is
 * lexed and laid out as a whole with each word that is added to it.
 */
const LONGEST_PARAGRAPH = 4000;
const SENTENCE = /[.!?…]\s+(?=\p{L})|[。！？]/u;
const WORD = /\s(?=\p{L})/u;
/** The token of a paragraph that was cut. */
const CUT = 'cut paragraph';

/** Where the paragraph with which `source` begins is cut, if it should be that long; -1 for nowhere. */
function cutOf(source: string): number {
  const far = source.slice(LONGEST_PARAGRAPH, 2 * LONGEST_PARAGRAPH);
  const line = far.indexOf('\n');
  if (line >= 0) return LONGEST_PARAGRAPH + line + 1;
  if (source.length <= 2 * LONGEST_PARAGRAPH) return -1;
  const found = SENTENCE.exec(far) ?? WORD.exec(far);
  if (found) return LONGEST_PARAGRAPH + found.index + found[0].length;
  return 2 * LONGEST_PARAGRAPH - (HALF.test(far) ? 1 : 0);
}

/** The first half of a character, which its second one must follow. */
const HALF = /[\uD800-\uDBFF]$/;

/** Where a paragraph must end that begins a character before `source`. */
function startOfBlock(source: string): number | undefined {
  const ends = [mathematics.nextBlock(source), cutOf(source)].filter((end) => end >= 0);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function readBlock(source: string, tokens: Token[]): Tokens.Generic | undefined {
  // marked would join what follows to a paragraph that was cut.
  const last = tokens.at(-1) as Tokens.Generic | undefined;
  if (last?.type === 'paragraph' && last.raw.length >= LONGEST_PARAGRAPH) last.type = CUT;
  return mathematics.readBlock(source);
}

class PlainTokenizer extends Tokenizer {
  #depth = 0;

  // Raw HTML stays text. (marked also keeps state across blocks for it, which would make a text
  // lexed in parts differ from the same text lexed whole.)
  override html(): undefined {
    return undefined;
  }
  override tag(): undefined {
    return undefined;
  }
  // A definition at the end would change links at the beginning, long since drawn and sealed.
  override def(): undefined {
    return undefined;
  }
  override reflink(): undefined {
    return undefined;
  }
  override lheading(source: string): Tokens.Heading | undefined {
    const heading = super.lheading(source.slice(0, LONGEST_HEADING));
    // The end of the part is not the end of a line.
    return heading && heading.raw.length < LONGEST_HEADING - 1 ? heading : undefined;
  }
  // Whether it is one is told by its first two lines; marked would read the whole text for it.
  override table(source: string): Tokens.Table | undefined {
    const head = /^.*\n.*(?:\n|$)/.exec(source)?.[0];
    return head && super.table(head) ? super.table(source) : undefined;
  }
  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#deeper(() => super.blockquote(source));
  }
  override list(source: string): Tokens.List | undefined {
    return this.#deeper(() => super.list(source));
  }

  #deeper<T>(parse: () => T): T | undefined {
    if (this.#depth >= DEEPEST) return undefined;
    this.#depth += 1;
    try {
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }
}

class PlainLexer extends Lexer {
  override blockTokens(source: string, tokens?: Token[], lastClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, lastClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens?: Token[], lastClipped?: boolean): Token[] {
    return mathematics.within(() => super.blockTokens(source, tokens, lastClipped));
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    for (const part of parts(source)) super.inlineTokens(part, tokens);
    return tokens;
  }
}

/** A text in parts, cut behind a line's end or a space if there is one. */
function parts(source: string): string[] {
  if (source.length <= LONGEST_PART) return [source];
  const found: string[] = [];
  let at = 0;
  while (source.length - at > LONGEST_PART) {
    const part = source.slice(at, at + LONGEST_PART);
    const line = part.lastIndexOf('\n');
    const end = line > 0 ? line : part.lastIndexOf(' ');
    // Never between the halves of a character.
    const cut = end > 0 ? end + 1 : part.length - (HALF.test(part) ? 1 : 0);
    found.push(part.slice(0, cut));
    at += cut;
  }
  found.push(source.slice(at));
  return found;
}

const OPTIONS = {
  gfm: true,
  breaks: true,
  extensions: {
    renderers: {},
    childTokens: {},
    block: [readBlock],
    inline: [mathematics.inline.tokenizer],
    startBlock: [startOfBlock],
    startInline: [mathematics.inline.start!],
  },
};

/** Lexes `source`, which stands at `offset` of its text. It must be `normal`; the pieces cover it without a gap. */
export function lexPieces(source: string, offset = 0): Piece[] {
  const pieces: Piece[] = [];
  let at = offset;
  try {
    const lexer = new PlainLexer({ ...OPTIONS, tokenizer: new PlainTokenizer() });
    let isCut = false;
    for (const token of lexer.lex(source)) {
      const body = toBody(token);
      const before = pieces.at(-1)?.block;
      if (isCut && body?.type === 'paragraph' && before?.type === 'paragraph') before.goesOn = true;
      pieces.push({ start: at, block: body && { ...body, at }, isCut });
      isCut = (token.type as string) === CUT;
      at += token.raw.length;
    }
  } catch {
    // The lexer gave up (a nesting that exhausts the stack): the text is shown as it is.
    return [plainPiece(source, offset)];
  }
  return pieces;
}

/** The blocks of a whole text. */
export function lexBlocks(text: string): Block[] {
  const blocks = lexPieces(normal(text)).map((piece) => piece.block);
  return blocks.filter((block) => block !== null);
}

export function plainPiece(source: string, at: number): Piece {
  return {
    start: at,
    block: { type: 'paragraph', spans: [{ type: 'text', text: source }], at },
    isCut: false,
  };
}

function toBodies(tokens: Token[]): Body[] {
  return tokens.map(toBody).filter((body) => body !== null);
}

function toBody(token: Token): Body | null {
  const known = token as Tokens.Generic & Token;
  switch (known.type) {
    case 'space':
    case 'checkbox':
      return null;
    case 'heading':
      return { type: 'heading', depth: known.depth, spans: toSpans(known.tokens) };
    case 'code':
      return {
        type: 'code',
        language: languageOf(known.lang),
        text: known.text,
        closed: isClosed(known.raw),
      };
    case 'mathematics':
      return { type: 'formula', tex: known['tex'] };
    case 'hr':
      return { type: 'rule' };
    case 'blockquote':
      return { type: 'quote', blocks: toBodies(known.tokens ?? []) };
    case 'list':
      return {
        type: 'list',
        ordered: known.ordered,
        start: typeof known.start === 'number' ? known.start : 1,
        loose: known.loose,
        items: (known.items as Tokens.ListItem[]).map((item) => ({
          checked: item.task ? item.checked === true : null,
          blocks: toBodies(item.tokens),
        })),
      };
    case 'table':
      return {
        type: 'table',
        align: known.align,
        head: (known.header as Tokens.TableCell[]).map((cell) => toSpans(cell.tokens)),
        rows: (known.rows as Tokens.TableCell[][]).map((row) =>
          row.map((cell) => toSpans(cell.tokens)),
        ),
      };
    case 'paragraph':
    case CUT:
    case 'text':
      return { type: 'paragraph', spans: toSpans(known.tokens, known.text) };
    default:
      return { type: 'paragraph', spans: [{ type: 'text', text: token.raw }] };
  }
}

/** False for a fence that no line has closed yet: its text still grows. */
function isClosed(raw: string): boolean {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
  if (fence === undefined) return true;
  const last = raw.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return raw.trimEnd().includes('\n') && last.startsWith(fence) && /^(`+|~+)$/.test(last);
}

/** The first word of a fence's info string: "js" of "js title=…". */
function languageOf(info: unknown): string {
  return typeof info === 'string' ? (info.trim().split(/\s+/)[0] ?? '') : '';
}

function toSpans(tokens: Token[] | undefined, plain = ''): Span[] {
  if (!tokens) return [{ type: 'text', text: plain }];
  return tokens.map(toSpan).filter((span) => span !== null);
}

function toSpan(token: Token): Span | null {
  const known = token as Tokens.Generic & Token;
  switch (known.type) {
    case 'checkbox':
      return null;
    case 'strong':
      return { type: 'strong', spans: toSpans(known.tokens) };
    case 'em':
      return { type: 'emphasis', spans: toSpans(known.tokens) };
    case 'del':
      return { type: 'strike', spans: toSpans(known.tokens) };
    case 'codespan':
      return { type: 'code', text: known.text };
    case 'mathematics':
      return { type: 'formula', tex: known['tex'], display: known['display'] === true };
    case 'br':
      return { type: 'break' };
    case 'link':
    case 'image':
      return toLink(known);
    case 'escape':
      return { type: 'text', text: known.text };
    case 'text':
      return { type: 'text', text: entities(known.text) };
    default:
      return { type: 'text', text: token.raw };
  }
}

/** An image is never fetched: it is offered as a link, if it is one that may be offered. */
function toLink(token: Tokens.Generic): Span {
  const link = safeLink(entities(String(token['href'])));
  if (!link) return { type: 'text', text: token.raw };
  const words = entities(String(token['text']));
  const text = token.type === 'image' ? t('text.image', { words: words || link.host }) : words;
  const spans: Span[] =
    token.type === 'image' ? [{ type: 'text', text }] : toSpans(token.tokens, text);
  return { type: 'link', ...link, text, spans };
}
