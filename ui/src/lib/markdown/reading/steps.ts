// The steps of a thought: the paragraphs and headings of its own, each after a blank line. Lists,
// code, quotes and formulas belong to the step above them. Found line by line, without lexing: it
// takes under a millisecond for the longest thought, so a folded one can tell how many it has.
import { NormalText } from './normal';

const BLANK = /^[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Indented, a list's, a quote's, a table's, a formula's. */
const BELONGS_ABOVE = /^(?:[ \t]|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|[>|]|\\\[|\$\$|\\begin\{)/;
const RULE = /^([-*_])[ \t]*(?:\1[ \t]*){2,}$/;

/** How many steps a text has. */
export function countSteps(text: string): number {
  return new Steps().read(text);
}

/** Where the steps of a growing text begin. */
export class Steps {
  #normal = new NormalText();
  /** The text up to its last line, and what stands there. */
  #prefix = '';
  #steps = new Set<number>();
  #fence: string | null = null;
  #isAfterBlank = true;
  /** What its last line begins, if it stays as it is. */
  #last: number | null = null;

  /** How many there are in `text`; looks only at what was added to the last one. */
  read(text: string): number {
    const source = this.#normal.read(text);
    if (!source.startsWith(this.#prefix)) {
      this.#steps.clear();
      this.#prefix = '';
      [this.#fence, this.#isAfterBlank] = [null, true];
    }
    let at = this.#prefix.length;
    for (let end = source.indexOf('\n', at); end >= 0; end = source.indexOf('\n', at)) {
      if (this.#line(source.slice(at, end))) this.#steps.add(at);
      at = end + 1;
    }
    this.#prefix = source.slice(0, at);
    const before = [this.#fence, this.#isAfterBlank] as const;
    this.#last = at < source.length && this.#line(source.slice(at)) ? at : null;
    [this.#fence, this.#isAfterBlank] = before;
    return this.#steps.size + (this.#last === null ? 0 : 1);
  }

  /** Whether one begins there: at the `at` of a block. */
  has(at: number): boolean {
    return at === this.#last || this.#steps.has(at);
  }

  /** Whether this next line begins one. */
  #line(line: string): boolean {
    const isFirst = this.#isAfterBlank;
    this.#isAfterBlank = false;
    const marks = FENCE.exec(line)?.[1];
    if (this.#fence !== null) {
      if (marks?.startsWith(this.#fence) && line.trim() === marks) this.#fence = null;
      return false;
    }
    if (marks !== undefined) {
      this.#fence = marks;
      return false;
    }
    this.#isAfterBlank = BLANK.test(line);
    return !this.#isAfterBlank && isFirst && !BELONGS_ABOVE.test(line) && !RULE.test(line);
  }
}
