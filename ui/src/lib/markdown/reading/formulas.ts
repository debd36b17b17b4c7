// Where the formulas of a text begin and end, in all of R1's spellings: `\(…\)`, `\[…\]`, `$$…$$`,
// `$…$` by a strict rule (`dollars.ts`), `\begin{…}…\end{…}` of whatever name, and bare `\boxed{…}` and
// `\ce{…}`. Deliberately not here: what KaTeX makes of them (`katex.ts`), and how far one may reach
// (`shield.ts`).
import { inDollars } from './dollars';

/** Longer than this is no formula that somebody reads, and slow to set. */
const LONGEST = 5000;

/**
 * Where a formula ends: a place, `open` where its end may still be written, `endless` where it has none,
 * `null` where it is none.
 */
export type End = number | 'open' | 'endless' | null;

const OPENS_ENVIRONMENT = /\\begin\{([A-Za-z]{1,24}\*?)\}/y;
/** Commands that are a formula by themselves, with the one argument that they have. */
const COMMAND = /\\(?:boxed|fbox|ce|pu)\{/y;
/** The beginnings of all these, at the end of what is written so far. */
const HALF =
  /^\\(?:b|be|beg|begi|begin(?:\{[A-Za-z]*\*?)?|bo|box|boxe|boxed|f|fb|fbo|fbox|c|ce|p|pu)?$/;
const BACKSLASHES = /\\[\s\S]/g;
const BACKSLASHES_OR_DOLLARS = /\\[\s\S]|\$\$/g;
/** Dollars within these are of a formula in words; beside them, of another formula. */
const WORDS = /\\(?:text[a-z]*|mbox|hbox|fbox)\{[^{}]*\}|\\[\s\S]/g;
const BRACES = /\\[\s\S]|[{}]/g;

/** Finds the ends of formulas in one stretch of text, in time that grows with its length alone. */
export class Formulas {
  #text: string;
  #grows: boolean;
  /** How far each closer was looked for in vain. */
  #vain = new Map<string, number>();

  /** While it `grows`, what ends where the text does may turn out to be something else. */
  constructor(text: string, grows: boolean) {
    this.#text = text;
    this.#grows = grows;
  }

  /** The end of the formula that the `\` or `$` at `at` begins; it must not go beyond `limit`. */
  endOf(at: number, limit: number): End {
    const text = this.#text;
    if (text[at] === '$') {
      if (text[at + 1] === '$') return this.#closed('$$', '$$', at, limit, BACKSLASHES_OR_DOLLARS);
      const end = inDollars(text, at, limit);
      return end === text.length && this.#grows ? 'open' : end;
    }
    const opener = text.slice(at, at + 2);
    if (opener === '\\(') return this.#closed(opener, '\\)', at, limit, BACKSLASHES);
    if (opener === '\\[') return this.#closed(opener, '\\]', at, limit, BACKSLASHES);
    COMMAND.lastIndex = at;
    if (COMMAND.test(text)) return this.#argument(COMMAND.lastIndex, limit);
    OPENS_ENVIRONMENT.lastIndex = at;
    const environment = OPENS_ENVIRONMENT.exec(text)?.[1];
    if (environment !== undefined) return this.#environment(environment, at, limit);
    return this.#grows && limit === text.length && HALF.test(text.slice(at, at + 40))
      ? 'open'
      : null;
  }

  /** Which formulas stand on lines of their own where nothing else is there. */
  static isDisplayed(formula: string): boolean {
    return /^(?:\\\[|\$\$|\\begin)/.test(formula);
  }

  #closed(opener: string, closer: string, at: number, limit: number, marks: RegExp): End {
    const text = this.#text;
    if ((this.#vain.get(closer) ?? 0) >= limit) return null;
    const from = at + opener.length;
    marks.lastIndex = from;
    for (let mark = marks.exec(text); mark && mark.index < limit; mark = marks.exec(text)) {
      if (mark.index - at > LONGEST) return null;
      if (mark[0] === closer) {
        const isEmpty = text.slice(from, mark.index).trim() === '';
        if (isEmpty || marks.lastIndex > limit) return null;
        const crosses =
          closer === '$$' && text.slice(from, mark.index).replace(WORDS, '').includes('$');
        return crosses ? null : marks.lastIndex;
      }
      // Opened once more: the first one was left open.
      if (mark[0] === opener) return null;
    }
    return this.#missing(closer, at, limit);
  }

  #environment(name: string, at: number, limit: number): End {
    const closer = `\\end{${name}}`;
    if ((this.#vain.get(closer) ?? 0) >= limit) return null;
    const marks = new RegExp(`\\\\(begin|end)\\{${name.replace('*', '\\*')}\\}|\\\\[\\s\\S]`, 'g');
    marks.lastIndex = at;
    let depth = 0;
    for (
      let mark = marks.exec(this.#text);
      mark && mark.index < limit;
      mark = marks.exec(this.#text)
    ) {
      if (mark.index - at > LONGEST) return null;
      if (mark[1] === 'begin') depth += 1;
      else if (mark[1] === 'end') depth -= 1;
      if (depth === 0) return marks.lastIndex;
    }
    return this.#missing(closer, at, limit);
  }

  #argument(from: number, limit: number): End {
    let depth = 1;
    BRACES.lastIndex = from;
    for (
      let mark = BRACES.exec(this.#text);
      mark && mark.index < limit;
      mark = BRACES.exec(this.#text)
    ) {
      if (mark.index - from > LONGEST) return null;
      if (mark[0] === '{') depth += 1;
      else if (mark[0] === '}') depth -= 1;
      if (depth === 0) return mark.index === from ? null : mark.index + 1;
    }
    return this.#missing('}', from, limit);
  }

  #missing(closer: string, at: number, limit: number): End {
    this.#vain.set(closer, limit);
    if (limit - at > LONGEST) return null;
    return this.#grows && limit === this.#text.length ? 'open' : 'endless';
  }
}

/** What KaTeX is given of a formula as it was written. */
export function texOf(formula: string): string {
  if (/^(?:\\[([]|\$\$)/.test(formula)) return formula.slice(2, -2).trim();
  return (formula.startsWith('$') ? formula.slice(1, -1) : formula).trim();
}
