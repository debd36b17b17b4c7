import { describe, expect, it } from 'vitest';
import { places } from './found';

function found(markup: string, words: string): string[] {
  const page = document.createElement('div');
  page.innerHTML = markup;
  return places(page, words).map((range) => range.toString());
}

describe('finding in what is drawn', () => {
  it.each([
    ['<p>One two ONE</p>', 'one', ['One', 'ONE']],
    ['<p>o<b>n</b>e and <i>one</i></p>', 'one', ['one', 'one']],
    ['<p>土豆和土豆</p>', '土豆', ['土豆', '土豆']],
    ['<p>aaaa</p>', 'aa', ['aa', 'aa']],
    ['<p>İstanbul one</p>', 'one', ['one']],
    ['<p>x</p>', '', []],
    ['<p>x</p>', 'y', []],
    ['', 'y', []],
  ])('in %s finds %s', (markup, words, expected) => {
    expect(found(markup, words)).toEqual(expected);
  });
});
