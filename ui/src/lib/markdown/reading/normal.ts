// What is lexed of a text: without `\r`, so that a line's end is one character, without endless
// spaces, and without halves of characters, which the masks are made of (`mask.ts`). More text at the
// end only ever adds to the end of the result.

/** marked's time grows with the square of a run of spaces: 50,000 of them take over a second. */
const LONGEST_RUN = 1000;
const LONG_RUN = new RegExp(`([ \\t]{${LONGEST_RUN}})[ \\t]+`, 'g');
const HALVES = /[\udc00-\udfff]/gu;
/** The second half of a character may follow. */
const ENDS_HALF = /[\ud800-\udbff]$/;

export function normal(text: string): string {
  return text.replaceAll('\r', '').replace(LONG_RUN, '$1').replace(HALVES, '\ufffd');
}

/** The same of a text that grows, looking at no more than what was added. */
export class NormalText {
  #text = '';
  #source = '';

  read(text: string): string {
    if (!text.startsWith(this.#text)) {
      this.#text = '';
      this.#source = '';
    }
    const added = text.slice(this.#text.length);
    // A run of spaces may go on.
    const settled = this.#source.length - unsettledAtEnd(this.#source);
    this.#source = this.#source.slice(0, settled) + normal(this.#source.slice(settled) + added);
    this.#text = text;
    return this.#source;
  }
}

function unsettledAtEnd(text: string): number {
  if (ENDS_HALF.test(text)) return 1;
  let at = text.length;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at -= 1;
  return text.length - at;
}
