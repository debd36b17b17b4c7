// A growing text -> its blocks, lexing only what can still change. Blocks are sealed once two more
// have begun after them: nothing appended later can change them, so they are never lexed again and
// keep their identity, and only the live tail is redrawn. They come in pages, of which the full ones
// keep their identity too, so that nobody goes through a thousand blocks for each word that is
// added. `sealed.test.ts` holds this to the whole lex at every prefix.
import { lexPieces, type Block, type Piece } from './blocks';
import { NormalText } from './normal';

/** Blocks of a page. */
const PAGE = 20;
/** What is being written, and the block that it may still turn out to belong to. */
const LIVE_BLOCKS = 2;
/** Characters looked at for a blank line; a wider one only keeps the tail live a little longer. */
const WIDEST_BLANK_LINE = 80;

export class SealedText {
  #normal = new NormalText();
  #full: Block[][] = [];
  /** Sealed, and fewer than a page. */
  #sealed: Block[] = [];
  /** The text up to the last sealed block's end. */
  #prefix = '';

  /**
   * The blocks of `text`; cheap when it is the last text with more at its end. While it `grows` what is
   * not whole yet is held back.
   */
  read(text: string, grows = false): Block[][] {
    const source = this.#normal.read(text);
    if (!source.startsWith(this.#prefix)) {
      this.#full = [];
      this.#sealed = [];
      this.#prefix = '';
    }
    const at = this.#prefix.length;
    const pieces = lexPieces(source.slice(at), at, grows);
    const live = this.#seal(pieces, source);
    return [...this.#full, ...inPages([...this.#sealed, ...live])];
  }

  /** Moves what has settled out of `pieces`, answers with the blocks that are still live. */
  #seal(pieces: Piece[], source: string): Block[] {
    const firstLive = liveFrom(pieces, source);
    if (firstLive > 0) {
      this.#prefix = source.slice(0, pieces[firstLive]?.start);
      const pages = inPages([...this.#sealed, ...blocksOf(pieces.slice(0, firstLive))]);
      this.#sealed = pages.at(-1)?.length === PAGE ? [] : (pages.pop() ?? []);
      this.#full.push(...pages);
    }
    return blocksOf(pieces.slice(firstLive));
  }
}

function inPages(blocks: Block[]): Block[][] {
  const pages: Block[][] = [];
  for (let at = 0; at < blocks.length; at += PAGE) pages.push(blocks.slice(at, at + PAGE));
  return pages;
}

function blocksOf(pieces: Piece[]): Block[] {
  return pieces.map((piece) => piece.block).filter((block) => block !== null);
}

/**
 * Where the live tail begins: the last blank line with at least two blocks after it. Without the
 * blank line it would not hold: in "text\n2. two\n-" the last line looks like the rule under a
 * table's head, which splits the lines above it; "text\n2. two\n- x" joins them again. A paragraph
 * that was cut is another such place: it begins anew there, whatever follows.
 */
function liveFrom(pieces: Piece[], source: string): number {
  let blocks = 0;
  for (let index = pieces.length - 1; index > 0; index -= 1) {
    const piece = pieces[index];
    if (!piece?.block) continue;
    blocks += 1;
    if (blocks >= LIVE_BLOCKS && (piece.isCut || afterBlankLine(source, piece.start))) return index;
  }
  return 0;
}

function afterBlankLine(source: string, at: number): boolean {
  const above = source.slice(Math.max(at - WIDEST_BLANK_LINE, 0), at);
  return /\n[ \t]*\n[ \t]*$/.test(above);
}
