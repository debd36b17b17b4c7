// Where mathematics stands in a model's text, for extensions of marked's lexer, so that Markdown
// never sees what is inside: `\(…\)`, `\[…\]`, `$$…$$`, `$…$` by a strict rule, `\begin{…}…\end{…}`,
// and a bare `\boxed{…}`, R1's final answer. Deliberately not here: how it is drawn (`katex.ts`).
//
// No form goes over a blank line, as in TeX: so a text that grows can be sealed at blank lines,
// whether or not something is still open above them. All is searched by `indexOf` in a bounded
// piece, since a hostile text opens ten thousand formulas and closes none.
import type { TokenizerExtension, Tokens } from 'marked';

/** Longer than this is no formula that somebody reads, and slow to set. */
const LONGEST = 5000;

export interface Mathematics extends Tokens.Generic {
  type: 'mathematics';
  /** What KaTeX is given. */
  tex: string;
  /** A formula on a line of its own. */
  display: boolean;
}

const BLANK_LINE = /\n[ \t]*\n/;
const OPENS_BLOCK = /^ {0,3}(\\\[|\$\$|\\begin\{([a-z]{1,16}\*?)\})/;
const OPENS_LATER = /\n {0,3}(?:\\\[|\$\$|\\begin\{)/g;
const REST_OF_LINE = /^[ \t]*(?:\n|$)/;
/** Prices are no formulas: no space inside its ends, no digit behind it, on one line. */
const DOLLARS = /^\$((?![\s$])(?:[^$\n\\]|\\[^\n])*?(?:[^\s$\\]|\\[^\s]))\$(?![\d$])/;
const BOXED = /^\\(?:boxed|fbox)\{/;

/**
 * How far from its end the text that is being lexed has its next formula on a line of its own; 0
 * where no more are there. The lexer asks at each paragraph of the same text: without this, each
 * would be searched for to the end.
 */
let ahead: number | null = null;

/** Runs `lex` over a text of its own, such as what stands in a quote. */
export function within<T>(lex: () => T): T {
  const outside = ahead;
  ahead = null;
  try {
    return lex();
  } finally {
    ahead = outside;
  }
}

/** The line's end before the next formula on a line of its own; -1 where there is none. */
function search(source: string): number {
  OPENS_LATER.lastIndex = 0;
  for (let found = OPENS_LATER.exec(source); found; found = OPENS_LATER.exec(source)) {
    if (readBlock(source.slice(found.index + 1, found.index + 1 + 2 * LONGEST))) return found.index;
  }
  return -1;
}

/** Where the next formula on a line of its own begins, behind the first line; -1 where none does. */
export function nextBlock(source: string): number {
  if (ahead === null || ahead > source.length) {
    const at = search(source);
    ahead = at < 0 ? 0 : source.length - at;
  }
  return ahead === 0 ? -1 : source.length - ahead + 1;
}

/** A formula on a line of its own, or lines, with which `source` begins. */
export function readBlock(source: string): Mathematics | undefined {
  const opened = OPENS_BLOCK.exec(source);
  if (!opened) return undefined;
  const [open, opener = '', environment] = opened;
  const closer = environment === undefined ? closerOf(opener) : `\\end{${environment}}`;
  const end = closed(source, open.length, closer);
  if (end < 0) return undefined;
  const rest = REST_OF_LINE.exec(source.slice(end + closer.length, end + LONGEST));
  if (!rest) return undefined;
  const raw = source.slice(0, end + closer.length) + rest[0];
  const inside = source.slice(open.length, end);
  return token(raw, environment === undefined ? inside : opener + inside + closer, true);
}

/** Among words. */
export const inline: TokenizerExtension = {
  name: 'mathematics',
  level: 'inline',
  // marked stops at every backslash by itself.
  start(source) {
    const at = source.indexOf('$');
    return at < 0 ? undefined : at;
  },
  tokenizer(source) {
    if (BOXED.test(source)) {
      const end = closingBrace(source);
      return end === 0 ? undefined : token(source.slice(0, end), source.slice(0, end), false);
    }
    const opener = source.slice(0, 2);
    if (opener === '\\(' || opener === '\\[' || opener === '$$') {
      const end = closed(source, 2, closerOf(opener));
      if (end < 0) return undefined;
      return token(source.slice(0, end + 2), source.slice(2, end), opener !== '\\(');
    }
    if (!opener.startsWith('$')) return undefined;
    const line = source.slice(0, LONGEST).split('\n', 1)[0] ?? '';
    const dollars = DOLLARS.exec(line);
    return dollars ? token(dollars[0], dollars[1] ?? '', false) : undefined;
  },
};

function closerOf(opener: string): string {
  return opener === '$$' ? '$$' : opener === '\\[' ? '\\]' : '\\)';
}

/** Where `closer` begins; -1 where it is too far, or behind a blank line. */
function closed(source: string, from: number, closer: string): number {
  const piece = source.slice(from, from + LONGEST);
  const at = piece.indexOf(closer);
  return at < 0 || BLANK_LINE.test(piece.slice(0, at)) ? -1 : from + at;
}

function token(raw: string, tex: string, display: boolean): Mathematics | undefined {
  const trimmed = tex.trim();
  return trimmed === '' ? undefined : { type: 'mathematics', raw, tex: trimmed, display };
}

/** The place behind the brace that closes the first one; 0 where it is not closed on this line. */
function closingBrace(source: string): number {
  let depth = 0;
  for (let at = 0; at < source.length && at < LONGEST; at += 1) {
    const letter = source[at];
    if (letter === '\n') return 0;
    if (letter === '\\') at += 1;
    else if (letter === '{') depth += 1;
    else if (letter === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return 0;
}
