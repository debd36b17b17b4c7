// Which way a block of several parts runs: as its first letter does. `dir="auto"` cannot tell: it passes
// over every part that has a direction of its own, and so takes a list of Arabic items for English.
import type { Body, Span } from './reading/blocks';

const LETTER = /\p{L}/u;
/** Hebrew, Arabic and their kin, and the forms in which they are presented. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

export type Direction = 'ltr' | 'rtl';

/** Of the first part that has a letter. */
export function directionOf(blocks: Body[]): Direction {
  return from(firstOf(blocks, ofBody));
}

export function directionOfCells(cells: Span[][]): Direction {
  return from(firstOf(cells, ofSpans));
}

function from(letter: string): Direction {
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}

function firstOf<Part>(parts: Part[], letter: (part: Part) => string): string {
  for (const part of parts) {
    const found = letter(part);
    if (found !== '') return found;
  }
  return '';
}

function ofBody(block: Body): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return ofSpans(block.spans);
    case 'quote':
      return firstOf(block.blocks, ofBody);
    case 'list':
      return firstOf(block.items, ({ blocks }) => firstOf(blocks, ofBody));
    case 'table':
      return firstOf([block.head, ...block.rows], (cells) => firstOf(cells, ofSpans));
    default:
      // Code and formulas run from left to right in any language.
      return '';
  }
}

function ofSpans(spans: Span[]): string {
  return firstOf(spans, (span) => {
    if (span.type === 'text') return LETTER.exec(span.text)?.[0] ?? '';
    return 'spans' in span ? ofSpans(span.spans) : '';
  });
}
