import { describe, expect, it } from 'vitest';
import { plainSnippet } from './snippet';

describe('words that were found', () => {
  it.each([
    [
      ['…so the ', 'answer', ' is **85**, by `sum`.'],
      ['…so the ', 'answer', ' is 85, by sum.'],
    ],
    [
      ['It is **the ', 'answer', '** to *all*\n\n', 'questions', '.'],
      ['It is the ', 'answer', ' to all ', 'questions', '.'],
    ],
    [
      ['', 'Answer', '\n======\n\nmore'],
      ['', 'Answer', ' more'],
    ],
    // What was looked for has the marks itself.
    [
      ['What is ', '2*3*4', '?'],
      ['What is ', '2*3*4', '?'],
    ],
    [[], []],
  ])('%j read as %j', (pieces, words) => {
    expect(plainSnippet(pieces)).toEqual(words);
  });
});
