// What blocks show, as a line of text that a test can hold beside what it wrote: words as they are, formulas
// between ⟦ and ⟧, links between ‹ and ›, or, where `marks` are asked for, <b>, <i>, <s>, <code> and <a>.
import type { Body } from './blocks';
import type { Span } from './spans';

const TAGS = { strong: 'b', emphasis: 'i', strike: 's' } as const;

export function shown(blocks: Body[], marks = false): string {
  return blocks.map((it) => body(it, marks)).join('\n');
}

function body(block: Body, marks: boolean): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return spansShown(block.spans, marks);
    case 'code':
      return block.text;
    case 'formula':
      return `⟦${block.tex}⟧`;
    case 'quote':
      return shown(block.blocks, marks);
    case 'list':
      return block.items.map(({ blocks }) => shown(blocks, marks)).join('\n');
    case 'table':
      return [block.head, ...block.rows]
        .map((row) => row.map((cell) => spansShown(cell, marks)).join(' ¦ '))
        .join('\n');
    case 'rule':
      return '---';
  }
}

export function spansShown(spans: Span[], marks = false): string {
  return spans.map((it) => span(it, marks)).join('');
}

function span(it: Span, marks: boolean): string {
  const tagged = (tag: string, words: string): string =>
    marks ? `<${tag}>${words}</${tag}>` : words;
  switch (it.type) {
    case 'text':
      return it.text;
    case 'code':
      return tagged('code', it.text);
    case 'formula':
      return `⟦${it.tex}⟧`;
    case 'break':
      return '\n';
    case 'link':
      return marks ? tagged('a', spansShown(it.spans, true)) : `‹${spansShown(it.spans)}›`;
    default:
      return tagged(TAGS[it.type], spansShown(it.spans, marks));
  }
}
