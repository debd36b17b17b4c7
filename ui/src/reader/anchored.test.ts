import { Lexer } from 'marked';
import { expect, it } from 'vitest';
import { exec } from './anchored';

/** Long enough to be looked at. */
const LONG = 'and so on, '.repeat(30);

it.each([
  [/^a/, 1],
  [/^a|b/, 2],
  [/^(?:a|b)(c)?/, 3],
  [/^[(|a]/, 4],
  [/^\(|a/, 5],
  [/^a/m, 6],
  [/^a/g, 7],
  [/^a/iu, 8],
  [/(?:^a)/, 9],
  [/^(?<first>.)(?=n)/s, 10],
  [/^(?!a)/, 11],
  [/^/, 12],
  ...Object.values(Lexer.rules.block.gfm).map((rule, at): [RegExp, number] => [rule, 20 + at]),
])('%s finds what it found (%d)', (pattern) => {
  const texts = [LONG, `b${LONG}`, `(${LONG}`, `\na${LONG}`, `# a\n${LONG}`, `|a|\n|-|\n${LONG}`];
  for (const text of [...texts, `- a\n\n- b\n${LONG}`, `> ${LONG}`, '', 'a']) {
    const plain = new RegExp(pattern.source, pattern.flags);
    const ours = new RegExp(pattern.source, pattern.flags);
    for (const time of [1, 2]) {
      expect(exec.call(ours, text), `${text.slice(0, 5)} ${time}`).toEqual(plain.exec(text));
      expect(ours.lastIndex).toBe(plain.lastIndex);
    }
  }
});
