// Each block runs as its own words run; code runs from left to right, whatever stands around it.
import { mount, unmount } from 'svelte';
import { expect, it } from 'vitest';
import Markdown from './Markdown.svelte';

const TEXT = [
  '## الخلاصة',
  'مجموع الأعداد: `odd_sum(3)`!',
  '1. نبدأ\n2. نضيف\n   - ثم',
  '> اقتباس',
  '| العدد | المجموع |\n|---|---|\n| ١ | ٢ |',
  '```python\nprint(1)\n```',
].join('\n\n');

it('lets each block run as its own words do', async () => {
  const page = mount(Markdown, { target: document.body, props: { text: TEXT } });
  const without = [...document.querySelectorAll('h3, h4, p, .line, th, td, p code')].filter(
    (it) => it.getAttribute('dir') !== 'auto',
  );
  expect(without.map((it) => it.outerHTML)).toEqual([]);
  const several = [...document.querySelectorAll('ul, ol, blockquote, .wide')];
  expect(several.map((it) => it.getAttribute('dir'))).toEqual(['rtl', 'rtl', 'rtl', 'rtl']);
  expect(document.querySelector('.wide table td')).not.toBeNull();
  expect(document.querySelector('pre')?.getAttribute('dir')).toBe('ltr');
  await unmount(page);
});
