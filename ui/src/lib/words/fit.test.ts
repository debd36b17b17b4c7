// What the picker says of times and machines.
import { describe, expect, it } from 'vitest';
import { about, machineWords, processor } from './fit';

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
    '1 core, 1.00 GiB of 2.00 GiB of memory free, no GPU that Spud can use.',
  );
});
