// Formulas on lines of their own, in a shielded text, for extensions of marked's lexer.
import type { Tokens } from 'marked';
import { BEGINS_BLOCK, BLOCK_LATER, endOfPiece, reveal } from './mask';

export interface Displayed extends Tokens.Generic {
  type: 'displayed';
  /** The formula as it was written, with what stands around it. */
  formula: string;
}

/** The sign that the text still grows may stand behind it. */
const REST_OF_LINE = /[ \t]*\udfff?(?:\n|$)/y;

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

/** A formula on a line of its own, or lines, with which `source` begins. */
export function readDisplayed(source: string): Displayed | undefined {
  const begins = BEGINS_BLOCK.exec(source);
  if (!begins) return undefined;
  const from = begins[0].length - 1;
  const end = endOfPiece(source, from);
  REST_OF_LINE.lastIndex = end;
  if (end === 0 || !REST_OF_LINE.test(source)) return undefined;
  const raw = source.slice(0, REST_OF_LINE.lastIndex);
  return { type: 'displayed', raw, formula: reveal(source.slice(from, end)) };
}

/** Where the next formula on a line of its own begins, behind the first line; -1 where none does. */
export function nextDisplayed(source: string): number {
  if (ahead === null || ahead > source.length) {
    const at = search(source);
    ahead = at < 0 ? 0 : source.length - at;
  }
  return ahead === 0 ? -1 : source.length - ahead + 1;
}

/** The line's end before the next formula on a line of its own; -1 where there is none. */
function search(source: string): number {
  for (const { index } of source.matchAll(BLOCK_LATER)) {
    if (readDisplayed(source.slice(index + 1))) return index;
  }
  return -1;
}
