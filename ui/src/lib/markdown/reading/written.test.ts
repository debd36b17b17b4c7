// What was written is what is read: texts of a generator that knows them (`generator.ts`).
import { describe, expect, it } from 'vitest';
import { lexBlocks } from './blocks';
import { Generator } from './generator';
import { SealedText } from './sealed';
import { shown } from './shown';

/** A star that opens nothing is told only by what follows, and stands as it is by then. */
const TOLD_LATE = /\*\.txt/;
/** The empty cells of a row, and digits that may become the number of a list. */
const NOT_YET = /(?:[\n ¦]|(?<![^\n])\d+$)+$/;

describe('what was written', () => {
  it('is what is read, marks aside', () => {
    for (let seed = 1; seed <= 4000; seed += 1) {
      const made = new Generator(seed).text();
      expect(shown(lexBlocks(made.source)), `${seed}: ${made.source}`).toBe(made.shown);
    }
  });

  it('is read the same as it grows, at every prefix', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const { source } = new Generator(seed).text();
      const [growing, whole] = [new SealedText(), new SealedText()];
      for (let end = 0; end <= source.length; end += 1) {
        const prefix = source.slice(0, end);
        expect(growing.read(prefix, true).flat(), prefix).toEqual(lexBlocks(prefix, true));
        expect(whole.read(prefix).flat(), prefix).toEqual(lexBlocks(prefix));
      }
      expect(growing.read(source).flat(), source).toEqual(lexBlocks(source));
    }
  });

  it('flashes no mark and no half of a formula as it grows: it is only ever added to', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const made = new Generator(seed).text();
      const whole = unlinked(made.shown);
      if (TOLD_LATE.test(whole)) continue;
      for (let end = 1; end <= made.source.length; end += 1) {
        const prefix = made.source.slice(0, end);
        const begun = unlinked(shown(lexBlocks(prefix, true))).replace(NOT_YET, '');
        expect(whole.startsWith(begun), `${seed}: ${prefix}\n---\n${begun}`).toBe(true);
      }
    }
  });
});

/** An address grows letter by letter, and is a link from its first ones on. */
function unlinked(text: string): string {
  return text.replaceAll(/[‹›]/g, '');
}
