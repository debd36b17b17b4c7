// `$…$`, between prices, variables of a shell and cells of a spreadsheet. It is a formula only by a
// strict rule, since a price that becomes one loses its words, and a formula that does not is still
// read as it was written.
import type { End } from './formulas';

/** Up to the next dollar, on one line. */
const INSIDE = /\$((?:[^$\n\\]|\\(?:[^\n]|$))*)(\$)?/y;
/** No space at its ends, and nothing that closes what was opened before it. */
const INSIDE_IS_TIGHT = /^[^\s,;:)\]}](?:[\s\S]*[^\s\\]|[\s\S]*\\\S)?$/;
/** "the $n$th" is a formula; before other letters a dollar is of a variable. */
const ORDINAL = /^(?:th|st|nd|rd|s)\b/;
/** Arguments that are words, and commands. */
const WORDS_OF_TEX =
  /\\(?:text|textbf|textit|mathrm|mbox|operatorname)\*?\{[^{}]*(?:\}|$)|\\[A-Za-z]+/g;
/** Two words in a row are a sentence's. */
const SENTENCE = /[A-Za-z]{2,} +[A-Za-z]{2,}/;
const SHELL = /^[({]/;
/** Longer than this, or a price's beginning, is waited for no further. */
const LONGEST_OPEN = 120;
const PRICE = /^[\d.,]+(?:\s|[a-zA-Z]*[\s)\],;])/;

export function inDollars(text: string, at: number, limit: number): End {
  INSIDE.lastIndex = at;
  const found = INSIDE.exec(text);
  const inside = found?.[1] ?? '';
  const end = at + (found?.[0].length ?? 0);
  const before = text[at - 1] ?? '';
  // Behind a letter or a digit only what is TeX beyond doubt: "2$\pi$", but "US$5".
  if (/[A-Za-z0-9]/.test(before) && !/^(?:[A-Za-z\\]|$)/.test(inside)) return null;
  if (found?.[2] === undefined || end > limit) {
    const isAtEnd = limit === text.length && end === text.length;
    return isAtEnd && mayBecomeOne(inside) ? 'open' : null;
  }
  const after = text.slice(end, end + 4);
  if (!INSIDE_IS_TIGHT.test(inside) || hasSentence(inside)) return null;
  // "the $n$t…": an ordinal, perhaps.
  if (end + 1 === text.length && /^[tsnr]$/.test(after)) return 'open';
  if (after.startsWith('$')) return besideAnother(text, end);
  if (/^[\d_{]/.test(after) || (/^[A-Za-z]/.test(after) && !ORDINAL.test(after))) return null;
  return SHELL.test(inside) && after.startsWith(inside[0]!) ? null : end;
}

/** The end at `end` of a formula behind which another dollar stands: with no space between two, "$a$$b$". */
function besideAnother(text: string, end: number): End {
  INSIDE.lastIndex = end;
  const found = INSIDE.exec(text);
  const inside = found?.[1] ?? '';
  if (found?.[2] !== undefined)
    return INSIDE_IS_TIGHT.test(inside) && !hasSentence(inside) ? end : null;
  return INSIDE.lastIndex === text.length && mayBecomeOne(inside) ? 'open' : null;
}

function hasSentence(inside: string): boolean {
  return SENTENCE.test(inside.replace(WORDS_OF_TEX, '='));
}

function mayBecomeOne(inside: string): boolean {
  if (inside.length > LONGEST_OPEN || /^[\s,;:)\]}]/.test(inside)) return false;
  return !PRICE.test(inside) && !hasSentence(inside);
}
