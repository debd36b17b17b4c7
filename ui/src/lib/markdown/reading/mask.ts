// Letters under a mask: what stands in a formula, in code or in an address goes through the lexer of
// blocks as letters that are no mark of anything, one for one, so that all places stay what they
// were; `reveal` turns them back. The masks are halves of characters (low surrogates without their
// high ones), which no text has that came out of UTF-8, and `normal.ts` sees to the rest.

/** Masked letters by where they stand in their piece; each is that far above its own code. */
const INSIDE = 0xdc00;
const FIRST = 0xdc80;
const LAST = 0xdd00;
/** The first of a piece that may stand on lines of its own. */
const FIRST_OF_BLOCK = 0xdd80;

/** The first of what is held back until it is whole; reaches to the end of the text. */
const HELD = 0xde00;

/** The first of what was begun as a formula and has no end: text, as it was written. */
const LITERAL = 0xde80;

/** Stands at the end of a text that is still being written. */
export const GROWING = '\udfff';

/** All with the flag that keeps whole characters whole. */
const MASKED = /[\udc00-\udeff]/gu;
const MASKABLE = /[ -~\t]/g;
const OPENS = /[\udc80-\udcff\udd80-\uddff\ude80-\udeff]/u;
const HOLDS = /[\ude00-\ude7f]/u;
const CLOSES = /[\udd00-\udd7f]/gu;
const OPENS_OR_CLOSES = /[\udc80-\udeff]/gu;

/** A beginning of a piece on lines of its own, at the beginning of `source`. */
export const BEGINS_BLOCK = /^ {0,3}[\udd80-\uddff]/u;
/** The same on a later line. */
export const BLOCK_LATER = /\n {0,3}[\udd80-\uddff]/gu;

function moved(letter: string, by: number): string {
  return String.fromCharCode(letter.charCodeAt(0) + by);
}

/** What a piece is: among words, able to stand on lines of its own, not whole yet, or never whole. */
export type Kind = 'among' | 'block' | 'held' | 'literal';
const FIRSTS: Record<Kind, number> = {
  among: FIRST,
  block: FIRST_OF_BLOCK,
  held: HELD,
  literal: LITERAL,
};

/**
 * A piece under masks. Line ends stay, and so does, at the beginning of each later line, as much as
 * `kept` says: what belongs to the list or quote around it.
 */
export function mask(piece: string, kind: Kind, kept: (line: string) => number): string {
  const lines = piece.split('\n').map((line, at) => {
    const from = at === 0 ? 0 : kept(line);
    const inside = line.slice(from).replace(MASKABLE, (letter) => moved(letter, INSIDE));
    return line.slice(0, from) + inside;
  });
  const whole = lines.join('\n');
  const first = moved(piece[0]!, FIRSTS[kind]);
  if (kind === 'held') return first + whole.slice(1);
  return first + whole.slice(1, -1) + moved(piece.at(-1)!, LAST);
}

/** The text as it was. */
export function reveal(text: string): string {
  return text.replace(MASKED, (letter) => String.fromCharCode(letter.charCodeAt(0) & 0x7f));
}

/** Whether a piece begins at `at`. */
export function opensAt(text: string, at: number): boolean {
  return OPENS.test(text[at] ?? '') && !isPaired(text, at);
}

/** Whether what begins at `at` is text. */
export function isLiteralAt(text: string, at: number): boolean {
  return text.charCodeAt(at) >= LITERAL;
}

/** Whether what is held back begins at `at`. */
export function holdsAt(text: string, at: number): boolean {
  return HOLDS.test(text[at] ?? '') && !isPaired(text, at);
}

/** The place behind the piece that begins at `at`; 0 where a block has cut it. */
export function endOfPiece(text: string, at: number): number {
  CLOSES.lastIndex = at + 1;
  return CLOSES.test(text) ? CLOSES.lastIndex : 0;
}

/** Whether `at` is inside a piece. */
export function isInside(text: string, at: number): boolean {
  return beginningOfPiece(text, at) >= 0;
}

/** Where the piece begins that `at` is inside of; -1 where it is in none. */
export function beginningOfPiece(text: string, at: number): number {
  let begins = -1;
  for (const { 0: letter, index } of text.matchAll(OPENS_OR_CLOSES)) {
    if (index >= at) break;
    const code = letter.charCodeAt(0);
    begins = code < LAST || code >= FIRST_OF_BLOCK ? index : -1;
  }
  return begins;
}

/** The second half of a whole character is no mask. */
function isPaired(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text[at - 1] ?? '');
}
