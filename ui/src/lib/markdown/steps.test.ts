import { describe, expect, it } from 'vitest';
import { lexBlocks } from './blocks';
import { SealedText } from './sealed';
import { stepsOf } from './steps';

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
    const steps = stepsOf(text);
    expect(steps.size).toBe(count);
    const places = new Set(lexBlocks(text).map(({ at }) => at));
    expect([...steps].filter((at) => !places.has(at))).toEqual([]);
  });

  it('are the same while it grows', () => {
    const text = 'One thing.\n\nAnother:\n\n- a\n- b\n\nThen `c`.\n\nSo it is.';
    const sealed = new SealedText();
    for (let end = 1; end <= text.length; end += 1) {
      const grown = text.slice(0, end);
      const places = new Set(sealed.read(grown).map(({ at }) => at));
      expect([...stepsOf(grown)].filter((at) => !places.has(at))).toEqual([]);
    }
  });

  it('of 30,000 tokens are found in an instant', () => {
    const text = 'Wait, let me check that once more, from the other side.\n\n'.repeat(2500);
    stepsOf(text);
    const began = performance.now();
    expect(stepsOf(text).size).toBe(2500);
    expect(performance.now() - began).toBeLessThan(100);
  });
});
