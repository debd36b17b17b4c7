// The one pass over a text before any mark of Markdown is looked at: it finds formulas, code among
// words and addresses, the first of what overlaps, and puts them under masks (`mask.ts`). So no
// star, bar, tilde or dash inside them is taken for a mark, and no list or table begins in them.
//
// No piece goes over a blank line or a fence. So a text that grows can be sealed at blank lines,
// whether or not something is still open above them, and what is found in a stretch between them
// depends on that stretch alone. All is searched in time that grows with its length: a hostile
// text opens ten thousand formulas and closes none.
import { endOfAddress, endOfBracketed, mailAround } from './addresses';
import { Formulas, type End } from './formulas';
import { GROWING, mask, type Kind } from './mask';

/** Ends a stretch: a blank line, in quotes too, and a fence. */
const BETWEEN = /^[ \t>]*$|^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:`{3,}[^`]*|~{3,}.*)$/;
const MAY_BEGIN = /[\\$`<@]|https?:\/\/|www\./gi;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
/** Code that is not closed yet is waited for no longer than this. */
const LONGEST_OPEN_CODE = 200;

interface Piece {
  from: number;
  to: number;
  kind: Kind;
}

/** What of a line decides how far a piece may go that begins in it. */
interface Line {
  from: number;
  end: number;
  indent: number;
  isQuoted: boolean;
  /** A row of a table, a heading: what stands there ends there. */
  isAlone: boolean;
  /** The kind of list whose item begins here. */
  marker: string | null;
}

/** `source` with all its pieces under masks; while it `grows` also what is not whole yet. */
export function shield(source: string, grows: boolean): string {
  let shielded = '';
  let stretch = 0;
  for (let at = 0; at < source.length;) {
    const found = source.indexOf('\n', at);
    const end = found < 0 ? source.length : found;
    // A line of spaces that is still being written is no blank one yet.
    const isWritten = !grows || found >= 0;
    if (isWritten && BETWEEN.test(source.slice(at, end))) {
      shielded += new Stretch(source.slice(stretch, at), false).shielded();
      shielded += source.slice(at, end + 1);
      stretch = end + 1;
    }
    at = end + 1;
  }
  shielded += new Stretch(source.slice(stretch), grows).shielded();
  return grows ? shielded + GROWING : shielded;
}

/** Lines without a blank one between them. */
class Stretch {
  #text: string;
  #grows: boolean;
  #formulas: Formulas;
  #line: Line;
  #ticks: Ticks | null = null;

  constructor(text: string, grows: boolean) {
    this.#text = text;
    this.#grows = grows;
    this.#formulas = new Formulas(text, grows);
    this.#line = lineAt(text, 0);
  }

  shielded(): string {
    const text = this.#text;
    let [shielded, done] = ['', 0];
    MAY_BEGIN.lastIndex = 0;
    let sought = 0;
    for (;;) {
      MAY_BEGIN.lastIndex = sought;
      const found = MAY_BEGIN.exec(text);
      if (!found) break;
      const [piece, next] = this.#pieceAt(found.index, done);
      sought = next;
      if (!piece) continue;
      const line = this.#line;
      shielded += text.slice(done, piece.from);
      shielded += mask(text.slice(piece.from, piece.to), piece.kind, (it) => kept(it, line));
      done = piece.to;
    }
    return shielded + text.slice(done);
  }

  /** The piece that begins at `at`, if one does, and where to look on. */
  #pieceAt(at: number, done: number): [Piece | null, number] {
    const text = this.#text;
    while (at > this.#line.end) this.#line = lineAt(text, this.#line.end + 1);
    const letter = text[at]!;
    if (letter === '@') return this.#mailAt(at, done);
    if (letter === '`') return this.#codeAt(at);
    if (letter === '\\' || letter === '$') {
      const end = this.#formulas.endOf(at, this.#limit(at));
      const next = letter === '\\' && ESCAPABLE.test(text[at + 1] ?? '') ? 2 : 1;
      return this.#found(at, end, text.startsWith('$$', at) ? 2 : next);
    }
    const end = letter === '<' ? endOfBracketed(text, at) : endOfAddress(text, at);
    return this.#found(at, end || null, 1);
  }

  #found(from: number, end: End, step: number): [Piece | null, number] {
    if (end === 'open' && this.#grows) {
      const to = this.#text.length;
      return [{ from, to, kind: 'held' }, to];
    }
    if (end === 'endless') return this.#endless(from, step);
    if (typeof end !== 'number') return [null, from + step];
    const isBlock = Formulas.isDisplayed(this.#text.slice(from, from + 6));
    return [{ from, to: end, kind: isBlock ? 'block' : 'among' }, end];
  }

  /** What is left of a formula that was cut: its line stands as it was written, and so do those below it. */
  #endless(from: number, step: number): [Piece | null, number] {
    const { isAlone, end } = this.#line;
    if (isAlone) return [null, from + step];
    const isOpened = /^(?:\\\[|\$\$|\\begin)/.test(this.#text.slice(from, from + 6));
    const isFirst = this.#text.slice(this.#line.from, from).trim() === '';
    const to = isOpened && isFirst ? this.#text.length : end;
    const tail = this.#text.slice(from, to).trimEnd();
    // Masks end with a letter that can bear one.
    const kept = /[!-~](?=[^!-~]*$)/.exec(tail);
    if (!kept || kept.index === 0) return [null, from + step];
    return [{ from, to: from + kept.index + 1, kind: 'literal' }, from + kept.index + 1];
  }

  #mailAt(at: number, done: number): [Piece | null, number] {
    const mail = mailAround(this.#text, at, done);
    return mail ? [{ from: mail[0], to: mail[1], kind: 'among' }, mail[1]] : [null, at + 1];
  }

  #codeAt(at: number): [Piece | null, number] {
    this.#ticks ??= new Ticks(this.#text);
    const length = /`+/y.exec(this.#text.slice(at, at + LONGEST_OPEN_CODE))![0].length;
    const limit = this.#codeLimit(at);
    const end = this.#ticks.closing(at + length, length);
    if (end > 0 && end <= limit) return this.#found(at, end, length);
    const rest = this.#text.length - at;
    const isOpen = limit === this.#text.length && rest <= LONGEST_OPEN_CODE;
    return this.#found(at, isOpen && !this.#text.includes('\n', at) ? 'open' : null, length);
  }

  /** A formula may hold whatever lines it likes, but for the next item of the list it began in. */
  #limit(at: number): number {
    const { isAlone, end, marker, indent } = this.#line;
    if (isAlone) return end;
    if (marker === null) return this.#text.length;
    for (let from = end + 1; from < this.#text.length;) {
      const line = lineAt(this.#text, from);
      if (line.marker === marker && line.indent <= indent) return line.from - 1;
      // Far enough to be sure that no other line is read twice.
      if (line.marker !== null && line.from - at > 200) return this.#text.length;
      from = line.end + 1;
    }
    return this.#text.length;
  }

  /** Code ends with its paragraph, as Markdown has it. */
  #codeLimit(at: number): number {
    const { isAlone, from, end, isQuoted } = this.#line;
    if (isAlone || this.#text.slice(from, end).includes('|')) return end;
    for (let next = end + 1; next < this.#text.length;) {
      const line = lineAt(this.#text, next);
      const isOther = line.marker !== null || line.isAlone || (line.isQuoted && !isQuoted);
      if (isOther) return line.from - 1;
      next = line.end + 1;
      if (next - at > 5000) return line.end;
    }
    return this.#text.length;
  }
}

/** Where the backticks of a stretch are, by how many stand together. */
class Ticks {
  #runs = new Map<number, { ends: number[]; next: number }>();

  constructor(text: string) {
    for (const { 0: run, index } of text.matchAll(/`+/g)) {
      const runs = this.#runs.get(run.length) ?? { ends: [], next: 0 };
      runs.ends.push(index + run.length);
      this.#runs.set(run.length, runs);
    }
  }

  /** The end of the first run of so many that begins behind `from`; 0 where none does. */
  closing(from: number, length: number): number {
    const runs = this.#runs.get(length);
    if (!runs) return 0;
    // Asked from left to right: what lies before is not asked for again.
    while ((runs.ends[runs.next] ?? Infinity) - length < from) runs.next += 1;
    return runs.ends[runs.next] ?? 0;
  }
}

const BEGINNING = /^([ \t]*)((?:[ \t]*>[ \t]?)*)[ \t]*(?:([-*+])|\d{1,9}([.)]))?(?=[ \t]|$)/;

function lineAt(text: string, from: number): Line {
  const found = text.indexOf('\n', from);
  const end = found < 0 ? text.length : found;
  const line = text.slice(from, end);
  const begins = BEGINNING.exec(line);
  const indent = /^[ \t]*/.exec(line)![0].length;
  return {
    from,
    end,
    indent,
    isQuoted: /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*>/.test(line),
    isAlone: /^[ \t>]*(?:\||#{1,6}[ \t])/.test(line),
    marker: begins?.[3] ?? begins?.[4] ?? null,
  };
}

/** How much of a later line of a piece belongs to what is around it. */
function kept(line: string, { isQuoted, indent }: Line): number {
  if (isQuoted) return /^[ \t]*(?:>[ \t]?)*/.exec(line)![0].length;
  return Math.min(/^[ \t]*/.exec(line)![0].length, indent);
}
