import { beforeAll, describe, expect, it } from 'vitest';
import { lexBlocks } from './reading/blocks';
import { GIANT, ORDINARY } from './reading/corpus';
import { Generator } from './reading/generator';
import cases from './html.cases.json';
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
  // The terminal's copy is held to the same ones (crates/cli/tests/cli/copies.rs).
  it.each(cases)('of $text', ({ text, markup }) => expect(html(text)).toBe(markup));

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
