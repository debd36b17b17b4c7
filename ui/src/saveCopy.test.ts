import { expect, it } from 'vitest';
import type { Backend } from './lib/ipc/calls';
import type { SetRequest } from './lib/ipc/wire';
import { saveCopy } from './saveCopy';

it('sets what a copy waits for, until it is written', async () => {
  const told: SetRequest[] = [];
  const next = [
    { type: 'to_set', copy: 7, texts: ['**b**', '\\(x<1\\)'] },
    { type: 'to_set', copy: 7, texts: [] },
    { type: 'saved', place: '…/Documents/a.html' },
  ];
  const door = {
    call: async (name: string, request: SetRequest) => {
      if (name === 'set_copy') told.push(request);
      return next.shift();
    },
    watch: () => () => undefined,
  } as unknown as Backend;
  expect(await saveCopy(door, 3, 'a.html')).toBe('…/Documents/a.html');
  next.push(null as never);
  expect(await saveCopy(door, 3, 'a.html')).toBeNull();
  expect(told.map(({ copy, markup }) => [copy, markup.length])).toEqual([
    [7, 2],
    [7, 0],
  ]);
  expect(told[0]?.markup[0]).toBe('<p dir="auto"><strong>b</strong></p>');
  expect(told[0]?.markup[1]).toContain('<math');
});
