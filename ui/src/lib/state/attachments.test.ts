// Files that wait with a draft: whose they are, when they go, and how they are weighed.
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Failure, WeighRequest, Weight } from '../ipc/wire';
import { Attachments } from './attachments.svelte';

const FILES = [
  { id: 1, name: 'a.txt', bytes: 10, remarks: [] },
  { id: 2, name: 'b.txt', bytes: 20, remarks: [] },
];
const FITS: Weight = {
  files: [5, 7],
  total: 30,
  room: 100,
  context: 2048,
  fits: true,
  exact: true,
};

let weighed: WeighRequest[];
let answers: ((weight: Weight) => void)[];
let failures: Failure[];
let files: Attachments;

beforeEach(() => {
  vi.useFakeTimers();
  [weighed, answers, failures] = [[], [], []];
  const gone: Failure = { code: 'not_found', message: 'there is no file 1', hint: null };
  files = new Attachments(
    {
      attach: () => Promise.resolve(),
      detach: () => Promise.reject(gone),
      stopReading: () => Promise.resolve(),
      setLetters: () => Promise.resolve(),
      weigh: (request) => {
        weighed.push(request);
        return new Promise((answer) => answers.push(answer));
      },
    },
    (failure) => failures.push(failure),
  );
});
afterEach(() => vi.useRealTimers());

async function weigh(text: string): Promise<void> {
  files.weighSoon(text);
  await vi.advanceTimersByTimeAsync(400);
}

it('shows the files of the open chat and sends those alone', () => {
  files.told(null, { there: FILES, reading: [], rereadable: [] });
  files.told(7, { there: [], reading: [{ number: 1, name: 'c.pdf' }], rereadable: [] });
  expect(files.here).toEqual(FILES);
  files.move(7);
  expect([files.here, files.reading.length]).toEqual([[], 1]);
  expect(files.going(null)).toEqual([1, 2]);
  expect(files.going(7)).toEqual([]);
});

it('lets files wait in line with their question', () => {
  files.told(null, { there: FILES.slice(0, 1), reading: [], rereadable: [] });
  files.queue();
  files.told(null, { there: FILES, reading: [], rereadable: [] });
  flushSync();
  expect(files.here.map(({ id }) => id)).toEqual([2]);
  expect(files.going(null)).toEqual([1]);
  files.told(null, { there: FILES, reading: [], rereadable: [] });
  files.queue();
  files.unqueue();
  expect(files.here).toEqual(FILES);
});

it('weighs once nothing is typed for a moment, and believes the last answer', async () => {
  files.told(null, { there: FILES, reading: [], rereadable: [] });
  files.weighSoon('W');
  await weigh('Why?');
  expect(weighed.map(({ text }) => text)).toEqual(['Why?']);
  expect(files.fits).toBe(true);
  await weigh('Why not?');
  answers[1]?.({ ...FITS, fits: false });
  answers[0]?.(FITS);
  await vi.advanceTimersByTimeAsync(1);
  expect(files.fits).toBe(false);
  expect([files.tokensOf(1), files.tokensOf(2), files.tokensOf(3)]).toEqual([5, 7, null]);

  files.told(null, { there: [], reading: [], rereadable: [] });
  await weigh('Why not?');
  expect([files.fits, files.weight, weighed.length]).toEqual([true, null, 2]);
});

it('tells what could not be done', async () => {
  files.detach(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(failures.map(({ code }) => code)).toEqual(['not_found']);
});
