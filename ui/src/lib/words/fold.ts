// The part of a long question that is shown until the reader asks for all of it.

const MOST_CHARACTERS = 1600;
const MOST_LINES = 24;
/** Folding away less than this would cost more than it spares. */
const WORTH_IT = 400;

/** Null where the whole text may be shown. */
export function fold(text: string): string | null {
  let end = Math.min(text.length, MOST_CHARACTERS);
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    line += 1;
    if (line === MOST_LINES) end = at;
  }
  if (text.length - end < WORTH_IT) return null;
  // Never the first half of a character.
  const cut = text.slice(0, end).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()} …`;
}
