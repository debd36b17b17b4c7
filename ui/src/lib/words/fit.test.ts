// What the picker says of times and machines.
import { describe, expect, it } from 'vitest';
import { FakeSurvey } from '../ipc/fakeSurvey';
import { tone } from '../picker/tone';
import { about, card, machineWords, needed, processor, span, verdict } from './fit';
import { setLanguage } from './language.svelte';

describe('a time that lies ahead', () => {
  it.each([
    [200, 'under 1 s'],
    [41_000, '41 s'],
    [100_000, '2 min'],
    [5_300_000, '88 min'],
    [7_300_000, '2 h'],
    [200_000_000, '2 days'],
    [1e12, 'years'],
    [Number.MAX_SAFE_INTEGER, 'years'],
  ])('%d ms is %s', (ms, words) => expect(about(ms)).toBe(words));
});

describe('a processor', () => {
  it.each([
    ['Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz', 'Intel Core i5-8250U'],
    ['11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz', '11th Gen Intel Core i7-1165G7'],
    ['AMD Ryzen 5 5600X 6-Core Processor', 'AMD Ryzen 5 5600X'],
    ['Apple M2', 'Apple M2'],
    ['', ''],
  ])('%s is called %s', (name, words) => expect(processor(name)).toBe(words));
});

it('a machine without a name is told by what it has', () => {
  const machine = {
    cpu: '',
    cores: 1,
    totalBytes: 2 ** 31,
    availableBytes: 2 ** 30,
    gpus: [],
    bytesPerSecond: null,
    diskFreeBytes: null,
  };
  expect(machineWords(machine)).toBe(
    '1 core, 1.0 of 2.0 GiB of memory free, no GPU that Spud can use.',
  );
});

describe('how long an answer takes', () => {
  it.each([
    [120, 300, 600, 'about 5 min, at times up to 10 min'],
    [66, 165, 480, 'about 3 min, at times up to 8 min'],
    [28, 66, 190, 'about 66 s, at times up to 3 min'],
    [0, 0, 4, 'under 1 s, at times up to 4 s'],
    [3300, 9000, 30_000, 'about 3 h, at times up to 8 h'],
    [150, 180, 220, 'about 3 min'],
    [100, 390, 400, 'about 7 min'],
    [4e7, 5e7, 9e7, 'years'],
  ])('from %d to %d s as Rust says it', (least, answer, most, words) => {
    const estimate = {
      leastMs: 1000 * least,
      answerMs: 1000 * answer,
      mostMs: 1000 * most,
      decodePerSecond: 1,
      promptPerSecond: 1,
      promptTokens: 1,
      thinkingTokens: 1,
      answerTokens: 1,
      replies: 0,
    };
    expect(span(estimate)).toBe(words);
    setLanguage('zh-Hans');
    expect(span(estimate)).not.toMatch(/\p{Script=Han} \p{Script=Han}|[a-z]/u);
    setLanguage('en');
  });
});

describe('a graphics card', () => {
  it.each([
    ['NVIDIA GeForce GTX 1660 Ti', 'GTX 1660 Ti'],
    ['AMD Radeon 780M (RADV PHOENIX)', 'Radeon 780M'],
    ['Intel(R) Arc(TM) A770 Graphics (DG2)', 'Arc A770 Graphics'],
    ['Apple M2', 'Apple M2'],
  ])('%s is called %s', (name, words) => expect(card(name)).toBe(words));
});

describe('one account', () => {
  const { machine, candidates } = new FakeSurvey('desktop').survey();

  it('names the memory of the graphics card, in the header and in each row', () => {
    expect(machineWords(machine)).toBe(
      'Intel Core i5-9400F, 6 cores, 11.0 of 15.6 GiB of memory free + 5.4 GiB on the GTX 1660 Ti.',
    );
    for (const { fit } of candidates)
      expect(needed(fit, machine)).toMatch(/, 11\.0 \+ 5\.4 GiB free$/);
    setLanguage('zh-Hans');
    expect(machineWords(machine)).toContain('GTX 1660 Ti 显存空闲 5.4 GiB');
    setLanguage('en');
  });

  it('is not green where an answer takes longer than somebody waits', () => {
    const late = candidates.filter(({ fit }) => fit.exceedsPatience);
    expect(late.length).toBeGreaterThan(0);
    for (const { fit } of late) {
      expect(tone(fit)).not.toBe('good');
      expect(verdict(fit)).toMatch(/slow/);
    }
  });
});
