// What is to be known of a file's text, in both languages; every encoding has its script.
import { afterEach, expect, it } from 'vitest';
import { ENCODINGS, type Remark } from '../ipc/wire';
import { setLanguage } from './language.svelte';
import { lettersNamed } from './letters';
import { remarkWords } from './remarks';

afterEach(() => setLanguage('en'));

const ALL: [Remark, string, string][] = [
  [
    { type: 'guessed', encoding: 'Shift_JIS' },
    'read as Japanese (Shift_JIS), a guess',
    '猜测编码：日文 Shift_JIS',
  ],
  [{ type: 'chosen', encoding: 'ISO-8859-8' }, 'read as ISO-8859-8', '编码：ISO-8859-8'],
  [{ type: 'unreadable', bytes: 1 }, '1 byte could not be read', '1 个字节无法读取'],
  [{ type: 'zeros', bytes: 4096 }, '4,096 zero bytes left out', '略去 4,096 个零字节'],
  [{ type: 'illegible', letters: 2 }, '2 letters could not be read', '2 个字无法读取'],
  [
    { type: 'pictures', pages: 1, of: 3 },
    '1 of 3 pages is a picture of text',
    '3 页中有 1 页是文字的图片',
  ],
  [{ type: 'broken', pages: 2, of: 3 }, '2 of 3 pages could not be read', '3 页中有 2 页无法读取'],
  [{ type: 'left_out', what: 'macros', count: 1 }, '1 macro left out', '略去 1 个宏'],
];

it.each(ALL)('%j is told in both languages', (remark, english, chinese) => {
  expect(remarkWords(remark)).toBe(english);
  setLanguage('zh-Hans');
  expect(remarkWords(remark)).toBe(chinese);
});

it('names every encoding by its script', () => {
  for (const encoding of ENCODINGS)
    expect(lettersNamed(encoding)).toMatch(new RegExp(`^[A-Z][A-Za-z ]+ \\(${encoding}\\)$`));
});
