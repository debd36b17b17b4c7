import { describe, expect, it } from 'vitest';
import { lexBlocks } from './blocks';
import { SealedText } from './sealed';
import { Steps } from './steps';

describe('the steps of a thought', () => {
  it.each([
    ['', 0],
    ['\n\n', 0],
    ['Okay, so I need 3 + 4.', 1],
    ['One.\nstill one\n\nTwo.\n  \n\nThree.', 3],
    ['First:\n\n1. a\n\n2. b\n\n   more of b\n\nWait.', 2],
    ['So\n\n```\nx\n\ny\n```\n\nDone.', 2],
    ['So\n\n~~~\nx\n\nnever closed', 1],
    ['It is\n\n\\[x = 2\\]\n\nand $y$\n\n$$z$$\n\n- a\n- b\n\n**Bold** end', 3],
    ['# Head\n\ntext\n\n---\n\n> said\n\n| a |\n|---|\n| b |', 2],
    ['a\r\n\r\nb', 2],
  ])('of %j are %d, each a block', (text, count) => {
    expect(stepsAt(text)).toHaveLength(count);
    const places = new Set(lexBlocks(text).map(({ at }) => at));
    expect(stepsAt(text).filter((at) => !places.has(at))).toEqual([]);
  });

  it('are the same while it grows', () => {
    const text =
      'One thing.\n\nAnother:\n\n- a\n- b\n\n1. c\n\n```\nd\n\ne\n```\n\n  Then `c`.\r\n\r\nSo it is.';
    const [sealed, steps] = [new SealedText(), new Steps()];
    for (let end = 1; end <= text.length; end += 1) {
      const grown = text.slice(0, end);
      const places = new Set(sealed.read(grown).flatMap((page) => page.map(({ at }) => at)));
      expect(stepsAt(grown).filter((at) => !places.has(at))).toEqual([]);
      expect(steps.read(grown)).toBe(stepsAt(grown).length);
      expect(stepsAt(grown).filter((at) => !steps.has(at))).toEqual([]);
    }
  });

  it('are other ones in another text', () => {
    const steps = new Steps();
    expect(steps.read('a\n\nb\n\nc')).toBe(3);
    expect(steps.read('another\n\none')).toBe(2);
    expect(steps.has(3)).toBe(false);
  });

  // At a whole look for each word this would be a hundred million characters, or minutes.
  it('of a long thought are found as it grows', { timeout: 30_000 }, () => {
    const text = 'Wait, let me check that once more, from the other side.\n\n'.repeat(2500);
    const steps = new Steps();
    for (let end = 0; end < text.length; end += 50) steps.read(text.slice(0, end));
    expect(steps.read(text)).toBe(2500);
  });
});

function stepsAt(text: string): number[] {
  const steps = new Steps();
  steps.read(text);
  return Array.from(text, (_, at) => at).filter((at) => steps.has(at));
}
