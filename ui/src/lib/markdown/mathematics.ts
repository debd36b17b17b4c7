// Where mathematics stands in a model's text, as extensions of marked's lexer, so that Markdown
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
const OPENS_LATER = /\n {0,3}(?:\\\[|\$\$|\\begin\{)/;
const REST_OF_LINE = /^[ \t]*(?:\n|$)/;
/** Prices are no formulas: no space inside its ends, no digit behind it, on one line. */
const DOLLARS = /^\$((?![\s$])(?:[^$\n\\]|\\[^\n])*?(?:[^\s$\\]|\\[^\s]))\$(?![\d$])/;
const BOXED = /^\\(?:boxed|fbox)\{/;

/** On a line of its own, or lines. */
export const block: TokenizerExtension = {
  name: 'mathematics',
  level: 'block',
  start(source) {
    const end = source.search(BLANK_LINE);
    const at = (end < 0 ? source : source.slice(0, end)).search(OPENS_LATER);
    return at < 0 ? undefined : at + 1;
  },
  tokenizer(source) {
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
  },
};

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
