import katexSource from 'katex/dist/katex.mjs?raw';
import { beforeAll, describe, expect, it } from 'vitest';
import { lexBlocks, type Body, type Span } from './reading/blocks';
import { load, typeset } from './katex';

/** All that its elements have besides their words. */
function attributesOf(page: Element): string {
  const all = [...page.querySelectorAll('*')].flatMap((element) => [...element.attributes]);
  return all.map(({ name, value }) => `${name}=${value}`).join('\n');
}

/** Every formula of a text, in order, and whether it stands on its own. */
function formulas(text: string): [string, boolean][] {
  const found: [string, boolean][] = [];
  const spans = (all: Span[]): void =>
    all.forEach((span) => {
      if (span.type === 'formula') found.push([span.tex, span.display]);
      if ('spans' in span) spans(span.spans);
    });
  const blocks = (all: Body[]): void =>
    all.forEach((block) => {
      if (block.type === 'formula') found.push([block.tex, true]);
      if ('spans' in block) spans(block.spans);
      if (block.type === 'list') block.items.forEach((item) => blocks(item.blocks));
      if (block.type === 'quote') blocks(block.blocks);
      if (block.type === 'table') [block.head, ...block.rows].flat().forEach(spans);
    });
  blocks(lexBlocks(text));
  return found;
}

describe('mathematics', () => {
  it.each<[string, [string, boolean][]]>([
    ['So \\(x_1 * y_2 * z\\) holds', [['x_1 * y_2 * z', false]]],
    ['\\[ a = b \\]', [['a = b', true]]],
    ['\\[\na = b\n\\]\nand on', [['a = b', true]]],
    ['text\n\\[\na\n\\]\nmore', [['a', true]]],
    ['$$x^2$$', [['x^2', true]]],
    ['in $$x^2$$ line', [['x^2', true]]],
    [
      'a $x$ and $y_1 + z$.',
      [
        ['x', false],
        ['y_1 + z', false],
      ],
    ],
    ['**Final Answer:** \\boxed{85}', [['\\boxed{85}', false]]],
    ['\\boxed{\\frac{1}{2}} or', [['\\boxed{\\frac{1}{2}}', false]]],
    [
      '\\begin{align}\na &= b\\\\\nc &= d\n\\end{align}',
      [['\\begin{align}\na &= b\\\\\nc &= d\n\\end{align}', true]],
    ],
    [
      '- first \\(a\\)\n- \\[b\\]',
      [
        ['a', false],
        ['b', true],
      ],
    ],
    ['> \\(q\\)', [['q', false]]],
    ['| a | b |\n|---|---|\n| \\(t\\) | 2 |', [['t', false]]],
    ['**bold \\(b\\)**', [['b', false]]],
    ['\\[\na\n+ b\n- c\n= d\n\\]', [['a\n+ b\n- c\n= d', true]]],
  ])('stands in %j', (text, expected) => {
    expect(formulas(text)).toEqual(expected);
  });

  it.each([
    ['It costs $5, or $6 tomorrow.'],
    ['$ 5 and 6 $'],
    ['from $10 to $20'],
    ['an empty $$$$ or \\(\\) one'],
    ['\\(never closed'],
    ['\\[a\n\nb\\]'],
    ['`\\(code\\)` and `$x$`'],
    ['```\n\\[ code \\]\n$$x$$\n```'],
    ['a $x\ny$ b'],
    ['\\boxed{never closed'],
  ])('does not stand in %j', (text) => {
    expect(formulas(text)).toEqual([]);
  });
});

describe('KaTeX', () => {
  beforeAll(load);

  it('sets a formula, and boxes a result', () => {
    expect(typeset('x^2', false)).toContain('class="katex"');
    expect(typeset('\\boxed{85}', false)).toContain('fbox');
  });

  // As KaTeX's own source names them, so that a new one is not forgotten.
  const environments = [...katexSource.matchAll(/defineEnvironment\(\{[^}]*?names: \[([^\]]*)\]/g)]
    .flatMap(([, names]) => names!.split(','))
    .map((name) => name.trim().slice(1, -1));

  it('sets every environment that it has: alone, behind text, before a full stop', () => {
    expect(environments.length).toBeGreaterThan(30);
    const given: Record<string, string> = { array: '{cc}', darray: '{cc}', subarray: '{c}' };
    for (const name of environments) {
      const argument =
        given[name] ?? (name.includes('alignat') || name === 'alignedat' ? '{1}' : '');
      const body = name === 'CD' ? 'A @>>> B' : name.startsWith('equation') ? 'a' : 'a \\\\ b';
      for (const inner of [` ${body} `, `\n${body}\n`]) {
        const formula = `\\begin{${name}}${argument}${inner}\\end{${name}}`;
        for (const [before, behind] of [
          ['', ''],
          ['f(x) = ', ''],
          ['', '.'],
          ['so that\n', '\nand'],
        ]) {
          const found = formulas(`${before}${formula}${behind}`);
          expect(found.map(([tex]) => tex)).toEqual([formula]);
          expect(typeset(...found[0]!), formula).not.toBeNull();
        }
      }
    }
  });

  it.each([
    ['\\begin{eqnarray}\na &=& b \\\\\nc &=& d\n\\end{eqnarray}'],
    ['\\begin{equation}\nE = mc^2 \\label{eq:one}\n\\end{equation}'],
    ['\\begin{multline*} a \\\\ b \\end{multline*}'],
    ['\\begin{flalign} a &= b \\end{flalign}'],
    ['x = 1 \\tag{3} \\quad \\eqref{eq:one}'],
    ['\\ce{2H2 + O2 -> 2H2O}'],
    ['\\boxed{\\ce{CO2}}'],
    ['\\boxed{$18}'],
    ['\\text{total_cost & more} = 5'],
    ['\\text{中文} + 土豆'],
  ])('sets %j', (tex) => {
    expect(typeset(tex, true)).not.toBeNull();
    expect(typeset(tex, false)).not.toBeNull();
  });

  it.each([
    ['20% \\text{ of } 50 = 10', 1],
    ['25\\%', 1],
    ['\\boxed{12.5%}', 1],
    ['\\frac{50%}{2} \\times 80\\% = 12%', 3],
    ['a \\\\% b', 1],
    ['\\begin{aligned} 5% &= 1 \\\\ 10\\% &= 2 % and so on \\end{aligned}', 3],
    ['\\text{15% of it}', 1],
  ])('sets the per cent signs of %s', (tex, count) => {
    const page = document.createElement('div');
    page.innerHTML = typeset(tex, true) ?? '';
    page.querySelector('annotation')?.remove();
    expect(page.querySelector('.katex-html')?.textContent?.split('%')).toHaveLength(count + 1);
  });

  it.each([['\\notacommand{x} = 1'], ['\\begin{foo} a \\end{foo}'], ['\\frac{1}']])(
    'says of %s that it is none',
    (tex) => expect(typeset(tex, true)).toBeNull(),
  );

  it.each([
    ['a link', '\\href{javascript:alert(1)}{x}'],
    ['an address', '\\url{https://example.org}'],
    ['HTML', '\\htmlClass{x}{y} \\htmlStyle{background:url(https://example.org)}{z}'],
    ['HTML data', '\\htmlData{a=b}{z} \\htmlId{app}{z}'],
    ['an image', '\\includegraphics{https://example.org/x.png}'],
    ['tags', '\\text{<img src=x onerror=alert(1)>} <script>alert(1)</script>'],
  ])('lets nothing out by %s', (_name, tex) => {
    const page = document.createElement('div');
    page.innerHTML = typeset(tex, true) ?? '';
    expect(page.querySelectorAll('a, img, script, iframe, [id], [onerror]')).toHaveLength(0);
    expect(attributesOf(page)).not.toMatch(/\b(?:href|src|action|on\w+)=|url\(/);
  });

  it.each([
    [
      'macros that double',
      '\\def\\a{xx}\\def\\b{\\a\\a}\\def\\c{\\b\\b}'.repeat(3) + '\\c'.repeat(400),
    ],
    ['a macro that never ends', '\\def\\a{\\a\\a}\\a'],
    ['nesting', '{'.repeat(2000) + 'x' + '}'.repeat(2000)],
    ['fractions', '\\frac{1}{'.repeat(300) + 'x' + '}'.repeat(300)],
    ['a giant rule', '\\rule{99999em}{99999em}'],
    ['nonsense', '\\notacommand{'],
  ])('is not brought down by %s', { timeout: 60_000 }, (_name, tex) => {
    const markup = typeset(tex, true);
    const page = document.createElement('div');
    page.innerHTML = markup ?? '';
    expect(attributesOf(page)).not.toMatch(/99999/);
  });

  it('lets one formula define nothing for the next', () => {
    typeset('\\gdef\\x{evil}\\x', false);
    expect(typeset('\\x', false)).toBeNull();
  });
});
