// Where something comes next in the text that is being lexed. The lexer asks at each block of the same
// text: without keeping the answer, each would be searched for to the end.

/** Finds the place of something in a text; -1 where it is not. */
type Search = (source: string) => number;

const ALL: Lookahead[] = [];

export class Lookahead {
  #search: Search;
  /** How far from its end the text has it; 0 where it comes no more. */
  #ahead: number | null = null;

  constructor(search: Search) {
    this.#search = search;
    ALL.push(this);
  }

  /** Its place in `source`, the rest of the text that was asked about last; -1 where none is. */
  next(source: string): number {
    if (this.#ahead === null || this.#ahead > source.length) {
      const at = this.#search(source);
      this.#ahead = at < 0 ? 0 : source.length - at;
    }
    return this.#ahead === 0 ? -1 : source.length - this.#ahead;
  }

  /** Runs `lex` over a text of its own, such as what stands in a quote. */
  static within<T>(lex: () => T): T {
    const outside = ALL.map((it) => it.#ahead);
    ALL.forEach((it) => (it.#ahead = null));
    try {
      return lex();
    } finally {
      ALL.forEach((it, at) => (it.#ahead = outside[at]!));
    }
  }
}
