// Words that were found, as they read on the page: without the marks of Markdown. What was looked for
// stays marked.
import { plainText } from '../markdown/plain';

/** Around what was found, while the marks are taken out; no text has them: Unicode gives them no meaning. */
const FROM = '\uE000';
const TO = '\uE001';

/** In pieces; those at odd places were searched for. As it was where what was searched for has such
    marks itself: `2*3*4` in a question is no emphasis. */
export function plainSnippet(pieces: string[]): string[] {
  const marked = pieces
    .map((piece, at) => (at % 2 === 1 ? `${FROM}${piece}${TO}` : piece))
    .join('');
  const plain = plainText(marked)
    .replace(/\s+/g, ' ')
    .split(/[\uE000\uE001]/);
  const isKept =
    plain.length === pieces.length &&
    pieces.every((piece, at) => at % 2 === 0 || plain[at] === piece.replace(/\s+/g, ' '));
  return isKept ? plain : pieces;
}
