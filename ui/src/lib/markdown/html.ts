// A model's text as the markup of a file of its own: what the window shows, without its styles and
// scripts. Every word of the model is escaped; formulas are MathML by KaTeX, and what it cannot set
// stands as it was written.
import type { Body, Item } from './reading/blocks';
import { lexBlocks } from './reading/blocks';
import { directionOf, directionOfCells } from './direction';
import { load, typesetAlone } from './katex';
import { isSameAddress } from './reading/links';
import type { Span } from './reading/spans';

/** As long as a frame may take, in milliseconds. */
const BREATH = 12;

/** One text after the other; lets the page breathe between them. */
export async function setTexts(texts: string[]): Promise<string[]> {
  await load();
  const set: string[] = [];
  let since = performance.now();
  for (const text of texts) {
    set.push(html(text));
    if (performance.now() - since < BREATH) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return set;
}

/** Formulas are set once KaTeX is loaded. */
export function html(text: string): string {
  return bodies(lexBlocks(text));
}

function bodies(all: Body[]): string {
  return all.map((it) => body(it, false)).join('\n');
}

function body(block: Body, isTight: boolean): string {
  switch (block.type) {
    case 'paragraph':
      return element(isTight ? 'span' : 'p', spans(block.spans), ' dir="auto"');
    case 'heading':
      return element(`h${Math.min(block.depth + 2, 6)}`, spans(block.spans), ' dir="auto"');
    case 'code':
      return element('pre', element('code', escaped(block.text)), ' dir="ltr"');
    case 'formula':
      return formula(block.tex, block.raw, true);
    case 'quote':
      return element('blockquote', bodies(block.blocks), ` dir="${directionOf(block.blocks)}"`);
    case 'list':
      return list(block);
    case 'table':
      return table(block);
    case 'rule':
      return '<hr>';
  }
}

function list(block: Extract<Body, { type: 'list' }>): string {
  const start = block.ordered && block.start !== 1 ? ` start="${block.start}"` : '';
  const items = block.items.map((it) => item(it, block.loose)).join('\n');
  const bracket = block.bracket ? ' class="bracket"' : '';
  return element(
    block.ordered ? 'ol' : 'ul',
    items,
    `${start}${bracket} dir="${directionOf([block])}"`,
  );
}

function item({ checked, blocks, number }: Item, isLoose: boolean): string {
  const words = blocks.map((it) => body(it, !isLoose)).join('\n');
  const value = number === undefined ? '' : ` value="${number}"`;
  if (checked === null) return element('li', words, value);
  const box = `<input type="checkbox" disabled${checked ? ' checked' : ''}>`;
  return element('li', box + words, `${value} class="task"`);
}

function table({ align, head, rows }: Extract<Body, { type: 'table' }>): string {
  const row = (cells: Span[][], tag: string): string => {
    const words = cells.map((cell, at) => {
      const side = align[at] ? ` style="text-align:${align[at]}"` : '';
      return element(tag, spans(cell), `${side} dir="auto"`);
    });
    return element('tr', words.join(''));
  };
  const direction = directionOfCells([...head, ...rows.flat()]);
  const inside =
    element('thead', row(head, 'th')) +
    element('tbody', rows.map((it) => row(it, 'td')).join('\n'));
  return element('div', element('table', inside), ` class="wide" dir="${direction}"`);
}

function spans(all: Span[]): string {
  return all.map(span).join('');
}

function span(it: Span): string {
  switch (it.type) {
    case 'text':
      return escaped(it.text);
    case 'code':
      return element('code', escaped(it.text), ' dir="auto"');
    case 'strong':
      return element('strong', spans(it.spans));
    case 'emphasis':
      return element('em', spans(it.spans));
    case 'strike':
      return element('s', spans(it.spans));
    case 'break':
      return '<br>\n';
    case 'formula':
      return formula(it.tex, it.raw, it.display);
    case 'link': {
      const words = element('a', spans(it.spans), ` href="${escaped(it.url)}" rel="noreferrer"`);
      const isBare = isSameAddress(it.text, it.url);
      return isBare
        ? words
        : `${words} ${element('span', escaped(`(${it.host})`), ' class="host"')}`;
    }
  }
}

function formula(tex: string, raw: string, display: boolean): string {
  return typesetAlone(tex, display) ?? element('code', escaped(raw), ' class="written"');
}

function element(tag: string, inside: string, attributes = ''): string {
  return `<${tag}${attributes}>${inside}</${tag}>`;
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => SIGNS[sign]!).replaceAll('\0', '\ufffd');
}
