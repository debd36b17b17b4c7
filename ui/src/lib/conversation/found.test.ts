import { describe, expect, it } from 'vitest';
import { countIn, places, placesByMessage } from './found';

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

  it('tells the places of each message that is drawn, and of no label', () => {
    const page = document.createElement('div');
    page.innerHTML = `
      <div data-message="3"><button>one</button><div class="question"><p>one one</p></div></div>
      <div data-message="8"><div class="markdown"><p>two</p></div></div>`;
    const found = placesByMessage(page, 'one');
    expect([...found].map(([id, ranges]) => [id, ranges.length])).toEqual([
      [3, 2],
      [8, 0],
    ]);
  });

  it('counts what was written, whatever its case', () => {
    expect([countIn('One, one, aaaa', 'ONE'), countIn('aaaa', 'aa'), countIn('x', '')]).toEqual([
      2, 2, 0,
    ]);
  });
});
