// marked's tokens -> our blocks. Of a text that still grows, what is nothing but the beginning of a
// mark is left out: an empty item, a fence without a line, a row without a word.
import type { Token, Tokens } from 'marked';
import type { Body, Item } from './blocks';
import type { Displayed } from './displayed';
import { texOf } from './formulas';
import { readSpans } from './inline';
import { GROWING, reveal } from './mask';
import type { Span } from './spans';

export function toBodies(tokens: Token[]): Body[] {
  return tokens.map(toBody).filter((body) => body !== null);
}

/** Null for what is nothing to see. */
export function toBody(token: Token): Body | null {
  const known = token as Tokens.Generic & Token;
  switch (known.type as string) {
    case 'space':
    case 'checkbox':
      return null;
    case 'heading': {
      const spans = readSpans(known.text);
      return isBegun(known.text, spans) ? null : { type: 'heading', depth: known.depth, spans };
    }
    case 'code':
      return code(known as Tokens.Code);
    case 'displayed': {
      const raw = (known as Displayed).formula;
      return { type: 'formula', tex: texOf(raw), raw };
    }
    case 'hr':
      return { type: 'rule' };
    case 'blockquote': {
      const blocks = toBodies(known.tokens ?? []);
      return blocks.length === 0 && known.raw.endsWith(GROWING) ? null : { type: 'quote', blocks };
    }
    case 'list':
      return list(known as Tokens.List);
    case 'table':
      return table(known as Tokens.Table);
    default:
      return paragraph((known['text'] as string | undefined) ?? token.raw);
  }
}

function paragraph(text: string): Body | null {
  const spans = readSpans(text);
  return isBegun(text, spans) ? null : { type: 'paragraph', spans };
}

/** Whether it has begun, and no word of it is there. */
function isBegun(text: string, spans: Span[]): boolean {
  return text.endsWith(GROWING) && spans.every((it) => it.type === 'break');
}

function code({ raw, lang = '', text }: Tokens.Code): Body | null {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
  const grows = raw.endsWith(GROWING);
  // The language is told by the whole line, and a fence may be only half of a closing one.
  if (grows && (fence === undefined ? text === GROWING : !raw.includes('\n'))) return null;
  const written = reveal(grows ? text.slice(0, -1) : text);
  const words = grows ? written.replace(/(?:^|\n) {0,3}(?:`+|~+)$/, '') : written;
  const isClosed = fence === undefined || (!grows && hasClosed(raw, fence));
  return { type: 'code', language: languageOf(lang), text: words, closed: isClosed };
}

/** False for a fence that no line has closed yet: its text still grows. */
function hasClosed(raw: string, fence: string): boolean {
  const last = raw.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return raw.trimEnd().includes('\n') && last.startsWith(fence) && /^(`+|~+)$/.test(last);
}

/** The first word of a fence's info string: "js" of "js title=…". */
function languageOf(info: string): string {
  return reveal(info).trim().split(/\s+/)[0] ?? '';
}

function list(token: Tokens.List): Body | null {
  const numbers = token.ordered ? numbersOf(token.items) : null;
  const items: Item[] = [];
  token.items.forEach((item, at) => {
    const blocks = toBodies(item.tokens);
    if (blocks.length === 0 && item.raw.endsWith(GROWING)) return;
    const checked = item.task ? item.checked === true : null;
    items.push(numbers ? { checked, blocks, number: numbers[at]! } : { checked, blocks });
  });
  if (items.length === 0) return null;
  const start = typeof token.start === 'number' ? token.start : 1;
  const body: Body = { type: 'list', ordered: token.ordered, start, loose: token.loose, items };
  // `1)` is no `1.`.
  return /^\s*\d+\)/.test(token.raw) ? { ...body, bracket: true } : body;
}

/** As they were written; null where that is one after the other, or always the same (`1.` for all). */
function numbersOf(items: Tokens.ListItem[]): number[] | null {
  const numbers = items.map((item) => Number(/^\s*(\d{1,9})/.exec(item.raw)?.[1]));
  const isEven = numbers.every((number, at) => number === numbers[0]! + at);
  return isEven || numbers.every((number) => number === numbers[0]) ? null : numbers;
}

function table(token: Tokens.Table): Body {
  const row = (cells: Tokens.TableCell[]): Span[][] => cells.map((it) => readSpans(it.text, true));
  const wide = token.header.length;
  const rows = token.rows
    .filter((cells) => !cells.every(({ text }) => text === GROWING || text === ''))
    .map((cells) => {
      const spans = row(cells);
      while (spans.length < wide) spans.push([]);
      return spans;
    });
  return { type: 'table', align: token.align, head: row(token.header), rows };
}
