// A model's text without its marks, as it reads on the page: for places that know no Markdown.
import { lexBlocks, type Body, type Item, type Span } from './reading/blocks';

export function plainText(text: string): string {
  return bodies(lexBlocks(text), '\n\n');
}

function bodies(all: Body[], gap: string): string {
  return all
    .map(body)
    .filter((words) => words !== '')
    .join(gap);
}

function body(block: Body): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return spans(block.spans);
    case 'code':
      return block.text;
    case 'formula':
      return block.tex;
    case 'quote':
      return bodies(block.blocks, '\n\n');
    case 'list':
      return block.items
        .map((item, at) =>
          entry(
            item,
            block.ordered
              ? `${item.number ?? block.start + at}${block.bracket ? ')' : '.'} `
              : '- ',
          ),
        )
        .join(block.loose ? '\n\n' : '\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(spans).join('\t')).join('\n');
    case 'rule':
      return '';
  }
}

/** The lines after the first stand below its words, so that lists in lists stay readable. */
function entry({ checked, blocks }: Item, mark: string): string {
  const task = checked === null ? '' : checked ? '[x] ' : '[ ] ';
  const lines = `${task}${bodies(blocks, '\n')}`.split('\n');
  return lines.map((line, at) => (at === 0 ? mark : ' '.repeat(mark.length)) + line).join('\n');
}

function spans(all: Span[]): string {
  return all.map(span).join('');
}

function span(it: Span): string {
  switch (it.type) {
    case 'text':
    case 'code':
      return it.text;
    case 'strong':
    case 'emphasis':
    case 'strike':
      return spans(it.spans);
    case 'formula':
      return it.tex;
    case 'break':
      return '\n';
    case 'link': {
      const words = spans(it.spans);
      return words === it.url ? words : `${words} (${it.url})`;
    }
  }
}
