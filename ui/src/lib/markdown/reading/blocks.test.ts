import { describe, expect, it } from 'vitest';
import { lexBlocks, type Body, type Span } from './blocks';
import { GIANT } from './corpus';
import { safeLink } from './links';

/** Far more than any of them takes, far less than the square of their lengths would. */
const LIMIT = 30_000;

function words(spans: Span[]): string {
  return spans
    .map((span) => {
      if (span.type === 'break') return '\n';
      if (span.type === 'formula') return span.tex;
      if (span.type === 'text' || span.type === 'code') return span.text;
      return words(span.spans);
    })
    .join('');
}

function onlyBlock(text: string): Body {
  const blocks = lexBlocks(text);
  expect(blocks).toHaveLength(1);
  return blocks[0]!;
}

function paragraphWords(block: Body): string {
  return block.type === 'paragraph' ? words(block.spans) : '';
}

function onlyParagraph(text: string): Span[] {
  const block = onlyBlock(text);
  if (block.type !== 'paragraph') throw new Error(`expected a paragraph, got ${block.type}`);
  return block.spans;
}

describe('blocks', () => {
  it('knows paragraphs, lists, bold and code', () => {
    const types = lexBlocks('One **b** `c`\n\n- x\n- y\n\n```js\n1\n```').map(
      (block) => block.type,
    );
    expect(types).toEqual(['paragraph', 'list', 'code']);
  });

  it('keeps line breaks that the model wrote', () => {
    expect(words(onlyParagraph('one\ntwo'))).toBe('one\ntwo');
  });

  it('shows raw HTML as the characters it is', () => {
    const hostile = '<img src=x onerror=alert(1)> and <script>alert(1)</script>';
    expect(words(onlyParagraph(hostile))).toBe(hostile);
  });

  it('draws references as characters, never as tags', () => {
    expect(words(onlyParagraph('&lt;b&gt; &amp; &#60;i&#x3e; &nosuch;'))).toBe(
      '<b> & <i> &nosuch;',
    );
  });

  it('offers an image as a link and fetches nothing', () => {
    expect(onlyParagraph('![a cat](https://example.org/cat.png)')[0]).toMatchObject({
      type: 'link',
      text: 'Image: a cat',
      host: 'example.org',
    });
    expect(onlyParagraph('![x](data:image/png;base64,AAAA)')[0]?.type).toBe('text');
  });

  it.each([
    ['[x](javascript:alert(1))'],
    ['[x](file:///etc/passwd)'],
    ['[x](tauri://localhost)'],
    ['[x](https://bank.example@evil.example/)'],
  ])('shows %s as text', (source) => {
    expect(onlyParagraph(source).every((span) => span.type === 'text')).toBe(true);
  });

  it.each([
    ['https://exämple.org/path', 'xn--exmple-cua.org'],
    ['mailto:someone@example.org', 'someone@example.org'],
    ['http://localhost:8080/', 'localhost:8080'],
  ])('names the host of %s', (href, host) => {
    expect(safeLink(href)?.host).toBe(host);
  });

  it.each(Object.entries(GIANT))('is not brought down by %s', { timeout: LIMIT }, (_, text) => {
    expect(lexBlocks(text).length).toBeGreaterThan(0);
  });

  it('cuts a paragraph that is too long, between lines or sentences, and loses nothing', () => {
    for (const part of ['Wait, that is not right.\n', 'One sentence. ', '没有空格。', 'x']) {
      const text = part.repeat(12_000 / part.length).trimEnd();
      const blocks = lexBlocks(text);
      expect(blocks.length).toBeGreaterThan(1);
      const [read, ends] = [blocks.map(paragraphWords), [] as string[]];
      expect(read.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      for (const block of blocks) ends.push(block.type === 'paragraph' && block.goesOn ? '…' : '.');
      expect(ends.join('')).toMatch(/^…+\.$/);
      if (part !== 'x') expect(read.every((words) => /[.。]\s*$/.test(words))).toBe(true);
    }
  });
});
