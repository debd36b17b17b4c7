// What KaTeX cannot set stands there whole, as it was written.
import { mount, unmount } from 'svelte';
import { beforeAll, expect, it } from 'vitest';
import { load } from './katex';
import Markdown from './Markdown.svelte';

beforeAll(load);

it.each([
  ['\\[ \\notacommand{a} \\\\ b_1 * c_2 \\]'],
  ['\\begin{itemize}\n\\item a \\\\ b\n\\end{itemize}'],
  ['So \\(\\frac{1}\\).'],
  ['$$\n\\nosuch\n$$'],
])('%j', async (text) => {
  const page = mount(Markdown, { target: document.body, props: { text } });
  expect(document.body.textContent?.trim()).toBe(text);
  await unmount(page);
});

it('keeps the punctuation behind a formula on its line', async () => {
  const text = 'so\n\n\\begin{align}\na &= b\n\\end{align}.\n\n\\[x\\]，\n\nand \\(y\\).';
  const page = mount(Markdown, { target: document.body, props: { text } });
  const tails = [...document.querySelectorAll('.wide')].map(
    (it) => it.querySelector('.tail')?.textContent,
  );
  expect(tails).toEqual(['.', '，']);
  expect(document.querySelectorAll('p')[3]?.textContent.endsWith('.')).toBe(true);
  expect(document.querySelector('.eqn-num')).toBeNull();
  await unmount(page);
});
