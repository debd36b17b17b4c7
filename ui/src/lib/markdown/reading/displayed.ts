// Formulas on lines of their own, in a shielded text, for extensions of marked's lexer.
import type { Tokens } from 'marked';
import { Lookahead } from './lookahead';
import { BEGINS_BLOCK, BLOCK_LATER, endOfPiece, reveal } from './mask';

export interface Displayed extends Tokens.Generic {
  type: 'displayed';
  /** The formula as it was written, with what stands around it. */
  formula: string;
}

/** The sign that the text still grows may stand behind it. */
const REST_OF_LINE = /[ \t]*\udfff?(?:\n|$)/y;

/** The line's end before the next formula on a line of its own. */
const NEXT = new Lookahead((source) => {
  for (const { index } of source.matchAll(BLOCK_LATER)) {
    if (readDisplayed(source.slice(index + 1))) return index;
  }
  return -1;
});

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
  return NEXT.next(source) + 1 || -1;
}
