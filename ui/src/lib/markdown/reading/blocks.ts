// Model text -> a small closed set of blocks and spans, which the components and the copies draw.
// First everything that is no mark goes under masks (`shield.ts`), then marked's lexer finds the
// blocks (`lexer.ts`), then the words of each are read (`inline.ts`); anything outside the set becomes
// text. Deliberately not here: HTML. Tags are characters like any others, on every level, and nothing
// of this room can become markup.
import { toBody } from './bodies';
import { CUT, tokensOf } from './lexer';
import { normal } from './normal';
import { shield } from './shield';
import type { Span } from './spans';

export type { Span } from './spans';

export interface Item {
  /** Null where the item is no task. */
  checked: boolean | null;
  blocks: Body[];
  /** As it was written, where the list does not just count on. */
  number?: number;
}

export type Body =
  /** `goesOn`: the next one is the rest of it. */
  | { type: 'paragraph'; spans: Span[]; goesOn?: true }
  | { type: 'heading'; depth: number; spans: Span[] }
  /** `bracket`: its numbers are written `1)`. */
  | {
      type: 'list';
      ordered: boolean;
      start: number;
      loose: boolean;
      items: Item[];
      bracket?: true;
    }
  | { type: 'code'; language: string; text: string; closed: boolean }
  /** `raw` is the whole formula as it was written, with what stands around it. */
  | { type: 'formula'; tex: string; raw: string }
  | { type: 'quote'; blocks: Body[] }
  | {
      type: 'table';
      align: ('left' | 'center' | 'right' | null)[];
      head: Span[][];
      rows: Span[][][];
    }
  | { type: 'rule' };

/** A block of the text itself, known by the offset where it starts. */
export type Block = Body & { at: number };

/** One of marked's tokens at the top level, with what is needed to seal it. */
export interface Piece {
  block: Block | null;
  start: number;
  /** A paragraph that was too long was cut before this one. */
  isCut: boolean;
}

/**
 * Lexes `source`, which stands at `offset` of its text. It must be `normal`; the pieces cover it
 * without a gap. While it `grows` what is not whole yet is held back: marks, formulas, fences.
 */
export function lexPieces(source: string, offset = 0, grows = false): Piece[] {
  const pieces: Piece[] = [];
  let at = offset;
  try {
    let isCut = false;
    for (const token of tokensOf(shield(source, grows))) {
      const body = toBody(token);
      const before = pieces.at(-1)?.block;
      if (isCut && body?.type === 'paragraph' && before?.type === 'paragraph') before.goesOn = true;
      pieces.push({ start: at, block: body && { ...body, at }, isCut });
      isCut = (token.type as string) === CUT;
      at += token.raw.length;
    }
  } catch {
    // The lexer gave up (a nesting that exhausts the stack): the text is shown as it is.
    return [plainPiece(source, offset)];
  }
  return pieces;
}

/** The blocks of a whole text, or of what is there of one that still `grows`. */
export function lexBlocks(text: string, grows = false): Block[] {
  const blocks = lexPieces(normal(text), 0, grows).map((piece) => piece.block);
  return blocks.filter((block) => block !== null);
}

export function plainPiece(source: string, at: number): Piece {
  return {
    start: at,
    block: { type: 'paragraph', spans: [{ type: 'text', text: source }], at },
    isCut: false,
  };
}
