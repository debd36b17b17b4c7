import { describe, expect, it, vi } from 'vitest';
import { lexBlocks, lexPieces } from './blocks';
import { GIANT, ORDINARY } from './corpus';
import { random } from './generator';
import { SealedText } from './sealed';

/** Characters that were lexed. */
const lexed = vi.hoisted(() => ({ length: 0 }));
vi.mock('./blocks', async (original) => {
  const blocks = await original<typeof import('./blocks')>();
  const counted: typeof blocks.lexPieces = (source, offset, grows) => {
    lexed.length += source.length;
    return blocks.lexPieces(source, offset, grows);
  };
  return { ...blocks, lexPieces: counted };
});

const SCRAPS = [
  '\\(x_1*y*\\) ',
  '\\[\n',
  '\\]\n',
  '\\[a_b = c\\]\n',
  '$$\n',
  '$$ ',
  '$x*2$ ',
  'costs $5 or $6 ',
  '\\boxed{\\frac{1}{2}} ',
  '\\begin{align}\n',
  '\\end{align}\n',
  '- \\[',
  '\n= 2\n',
  '\n+ 3\n',
  'A plain sentence. ',
  'word ',
  '\n',
  '\n\n',
  '\r\n',
  '**bold** ',
  '2*3*4 ',
  '~~gone~~ ',
  '__init__ ',
  '`a|b` ',
  '**注意：**好',
  '\\begin{cases} a \\\\ b \\end{cases}.',
  '42.',
  '$NAME/$OTHER ',
  '**',
  '*',
  '_it_ ',
  '`code` ',
  '`',
  '```\n',
  '```python\n',
  '~~~\n',
  '    indented\n',
  '- ',
  '- item\n',
  '  - inner\n',
  '\n  more of the item\n',
  '1. ',
  '2. second\n',
  '- [ ] task\n',
  '# ',
  '## Heading\n',
  '---\n',
  '===\n',
  '-',
  '> quoted\n',
  '>',
  'a | b\n',
  '--- | ---\n',
  '| c | d |\n',
  '[text](https://example.org) ',
  '[ref]: https://example.org\n',
  '[ref] ',
  '![x](https://example.org/x.png) ',
  '<div>\n',
  '</div>\n',
  '<a href="x">',
  '<pre>',
  '<!-- ',
  '-->',
  '<script>',
  '\\',
  '&amp;',
  'https://example.org/a ',
  '中文，',
  'مرحبا ',
  '🥔',
  '\t',
  '   ',
];

function makeText(seed: number): string {
  const next = random(seed);
  const length = 4 + Math.floor(next() * 28);
  return Array.from({ length }, () => SCRAPS[Math.floor(next() * SCRAPS.length)]).join('');
}

function expectSameAtEveryPrefix(text: string, step: (at: number) => number): void {
  const [sealed, growing] = [new SealedText(), new SealedText()];
  for (let end = 0; end < text.length; end += step(end)) {
    const prefix = text.slice(0, end);
    const label = JSON.stringify(prefix);
    expect(sealed.read(prefix).flat(), label).toEqual(lexBlocks(prefix));
    expect(growing.read(prefix, true).flat(), label).toEqual(lexBlocks(prefix, true));
  }
  expect(sealed.read(text).flat()).toEqual(lexBlocks(text));
  expect(growing.read(text).flat()).toEqual(lexBlocks(text));
}

describe('a growing text', () => {
  it('reads the same in parts as whole, at every prefix', () => {
    for (let seed = 1; seed <= 80; seed += 1) expectSameAtEveryPrefix(makeText(seed), () => 1);
  });

  it('reads the same in uneven steps', () => {
    for (let seed = 1000; seed <= 1100; seed += 1) {
      const next = random(seed);
      expectSameAtEveryPrefix(makeText(seed), () => 1 + Math.floor(next() * 9));
    }
  });

  it('loses no character between the pieces', () => {
    for (let seed = 1; seed <= 80; seed += 1) {
      const text = makeText(seed).replaceAll('\r', '');
      const starts = lexPieces(text, 7).map((piece) => piece.start);
      expect([...starts].sort((a, b) => a - b)).toEqual(starts);
      if (starts.length > 0) expect(starts[0]).toBe(7);
    }
  });

  it('keeps the identity of what is sealed', () => {
    const sealed = new SealedText();
    const first = sealed.read('One.\n\nTwo.\n\nThree.\n\nFour.')[0]?.[0];
    expect(sealed.read('One.\n\nTwo.\n\nThree.\n\nFour. And more.')[0]?.[0]).toBe(first);
    const pages = sealed.read('A paragraph.\n\n'.repeat(70));
    const more = sealed.read(`${'A paragraph.\n\n'.repeat(70)}Another.`);
    expect(more.map((page, at) => page === pages[at])).toEqual([true, true, true, false]);
  });

  it('starts over when the text is another one', () => {
    const sealed = new SealedText();
    sealed.read('One.\n\nTwo.\n\nThree.\n\nFour.');
    expect(sealed.read('Other.').flat()).toEqual(lexBlocks('Other.'));
  });

  it.each(Object.entries(ORDINARY))('reads %s the same at every prefix', (_name, text) => {
    expectSameAtEveryPrefix(`${text}\n\n${text}`, () => 1);
    expectSameAtEveryPrefix(text.repeat(3), () => 3);
  });

  it('reads long texts the same, in which blank lines are rare', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const next = random(seed);
      const scraps = SCRAPS.filter((scrap) => scrap !== '\n\n' || seed % 2 === 0);
      const pick = (): string => scraps[Math.floor(next() * scraps.length)]!;
      // Ordinary words between them, or few paragraphs would grow long enough to be cut.
      const text = Array.from({ length: 900 }, () => `word${next() < 0.3 ? pick() : ' so\n'}`);
      expectSameAtEveryPrefix(text.join(''), () => 1 + Math.floor(next() * 700));
    }
  });

  it.each(Object.entries(GIANT))(
    'reads %s the same, as it grows',
    { timeout: 30_000 },
    (_, text) => {
      const part = text.slice(0, 24_000);
      const step = Math.ceil(part.length / 5);
      expectSameAtEveryPrefix(part, (end) => (end === 0 ? 997 : step));
    },
  );

  it.each([
    [
      'a long answer',
      `${'A sentence with **bold** words and `code`, of an ordinary length. '.repeat(4)}\n\n- one\n- two\n\n`.repeat(
        60,
      ),
      1000,
    ],
    ['a thought without a blank line', 'Wait, that is not right.\n'.repeat(2000), 10_000],
    ['a thought in one line', 'Wait, that is not right. '.repeat(2000), 16_000],
  ])('lexes little of %s with each word', (_name, text, most) => {
    const sealed = new SealedText();
    for (let end = 0; end < text.length; end += 40) {
      lexed.length = 0;
      sealed.read(text.slice(0, end));
      expect(lexed.length).toBeLessThan(most);
    }
  });
});
