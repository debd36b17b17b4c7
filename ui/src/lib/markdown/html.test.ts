import { beforeAll, describe, expect, it } from 'vitest';
import { lexBlocks } from './reading/blocks';
import { GIANT, ORDINARY } from './reading/corpus';
import { Generator } from './reading/generator';
import { html, setTexts } from './html';
import { load } from './katex';
import { shown } from './reading/shown';

beforeAll(load);

/** What a browser makes of it. */
function page(text: string): HTMLElement {
  const element = document.createElement('div');
  element.innerHTML = html(text);
  return element;
}

describe('markup for a file', () => {
  it.each([
    [
      'So **2*3*4** is `<b>`.',
      '<p dir="auto">So <strong>2*3*4</strong> is <code dir="auto">&lt;b&gt;</code>.</p>',
    ],
    [
      '7. a\n9. b',
      '<ol start="7" dir="ltr"><li value="7"><span dir="auto">a</span></li>\n<li value="9"><span dir="auto">b</span></li></ol>',
    ],
    ['# A\n\n---', '<h3 dir="auto">A</h3>\n<hr>'],
    ['```js\na < b\n```', '<pre dir="ltr"><code>a &lt; b</code></pre>'],
    [
      '> - [x] a',
      '<blockquote dir="ltr"><ul dir="ltr"><li class="task"><input type="checkbox" disabled checked><span dir="auto">a</span></li></ul></blockquote>',
    ],
    ['\\(\\nosuch < b\\)', '<p dir="auto"><code class="written">\\(\\nosuch &lt; b\\)</code></p>'],
    [
      '[a](https://example.org/x)',
      '<p dir="auto"><a href="https://example.org/x" rel="noreferrer">a</a> <span class="host">(example.org)</span></p>',
    ],
  ])('of %j', (text, markup) => expect(html(text)).toBe(markup));

  it('sets formulas whole, in MathML, and needs nothing from elsewhere', () => {
    const text =
      'So \\(x_1 * y_2 * z_3\\) holds and\n\n\\[\nA = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}\n\\]\n\nwith $a_i * b_i * c$, 25%.\n\n**Answer:** \\boxed{x_1 < 5} \\(50%\\)';
    const markup = html(text);
    const formulas = [...page(text).querySelectorAll('math')];
    expect(formulas.map((it) => it.querySelector('annotation')?.textContent)).toEqual([
      'x_1 * y_2 * z_3',
      'A = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}',
      'a_i * b_i * c',
      '\\boxed{x_1 < 5}',
      '50\\%',
    ]);
    expect(formulas[1]?.querySelectorAll('mtd')).toHaveLength(4);
    expect(formulas[1]?.getAttribute('display')).toBe('block');
    expect(markup).not.toMatch(/katex-html|<img|src=|url\(/);
  });

  it('shows what the window shows', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const { source } = new Generator(seed).text();
      const element = page(source);
      element.querySelectorAll('math, .written').forEach((it) => it.replaceWith('⟦⟧'));
      element.querySelectorAll('.host').forEach((it) => it.remove());
      const words = (text: string): string =>
        text.replaceAll(/⟦[\s\S]*?⟧/g, '⟦⟧').replaceAll(/[\s¦‹›]/g, '');
      expect(words(element.textContent), source).toBe(words(shown(lexBlocks(source))));
    }
  });

  it('lets no word of a model become markup', () => {
    const hostile =
      '<script>alert(1)</script> <img src=x onerror=alert(1)> `<base href=x>` &lt;form&gt; ![x](https://evil.example/"onload="x) [j](javascript:alert(1)) [d](data:text/html,x) **<u>** \\(<b>\\) \\[\\href{javascript:x}{y}\\] | <style>\n\n```"><iframe>\n<iframe src="https://evil.example"></iframe>\n```\n\n<https://evil.example/"onclick="x>';
    const element = page(hostile);
    const names = new Set([...element.querySelectorAll('*')].map((it) => it.tagName.toLowerCase()));
    for (const name of ['script', 'img', 'base', 'form', 'u', 'b', 'style', 'iframe']) {
      expect(names).not.toContain(name);
    }
    const attributes = [...element.querySelectorAll('*')].flatMap((it) => [...it.attributes]);
    expect(attributes.filter(({ name }) => /^on|src|srcdoc/.test(name))).toEqual([]);
    const links = attributes.filter(({ name }) => name === 'href').map(({ value }) => value);
    expect(links.every((it) => /^https:\/\//.test(it))).toBe(true);
  });

  it.each(Object.entries({ ...ORDINARY, ...GIANT }))(
    'is made of %s',
    { timeout: 60_000 },
    async (_, text) => {
      expect(await setTexts([text.slice(0, 50_000)])).toHaveLength(1);
    },
  );
});
