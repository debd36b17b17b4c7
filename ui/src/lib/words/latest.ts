// The latest words of a thought, for the quiet line while it runs: the sentence being written. It
// grows at its end and is replaced by the next one, so that the eye can rest on it; a line that
// slides sideways with every token cannot be read.

const LIMIT = 90;
/** A sentence that has only just begun says nothing yet; the one before it stays in view. */
const TOO_SHORT = 12;
/** Enough to hold two sentences; a thought can be a hundred times this. */
const WINDOW = 400;

const SENTENCE_END = /[.!?…]["')\]]?\s+|[。！？]\s*|\n+/g;

export function latestWords(text: string, limit = LIMIT): string {
  const tail = text.slice(-WINDOW);
  const trimmed = tail.trimEnd();
  let start = 0;
  let before = 0;
  for (const end of trimmed.matchAll(SENTENCE_END)) {
    before = start;
    start = end.index + end[0].length;
  }
  if (trimmed.length - start < TOO_SHORT) start = before;
  const words = trimmed.slice(start).replace(/\s+/g, ' ').trim();
  return keepEnd(words, limit);
}

/** The last `limit` characters, cut at a word where there is one, never inside a character. */
function keepEnd(words: string, limit: number): string {
  if (words.length <= limit) return words;
  const cut = words.slice(-limit);
  const space = cut.indexOf(' ');
  if (space >= 0 && space < limit / 2) return `…${cut.slice(space)}`;
  return `…${cut.replace(/^[\uDC00-\uDFFF]/, '')}`;
}
