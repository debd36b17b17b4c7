// The picker's state over calls that come late, fail, or overtake each other.
import { describe, expect, it } from 'vitest';
import { FakeSurvey } from '../ipc/fakeSurvey';
import type { Failure, Fit, Survey } from '../ipc/wire';
import { PickerState, type PickerCalls } from './picker.svelte';

const fake = new FakeSurvey('potato');
const request = { id: 'r1-distill-qwen-7b', quant: null, context: 2048, kv: null };

function state(calls: Partial<PickerCalls> = {}): PickerState {
  return new PickerState({
    survey: async () => fake.survey(),
    fit: async (asked) => fake.fit(asked),
    setPatience: async () => undefined,
    chooseFolder: async () => undefined,
    ...calls,
  });
}

describe('the picker', () => {
  it('finds the best of a survey', async () => {
    const picker = state();
    expect(picker.best).toBeNull();
    await picker.look();
    expect(picker.best?.id).toBe('r1-distill-qwen-1.5b');
    expect(picker.find('no such model')).toBeNull();
  });

  it('drops a plan that a newer one overtook', async () => {
    const waiting: ((fit: Fit) => void)[] = [];
    const picker = state({ fit: () => new Promise((resolve) => waiting.push(resolve)) });
    const first = picker.fit(request);
    const second = picker.fit({ ...request, context: 4096 });
    waiting[1]?.(fake.fit({ ...request, context: 4096 }));
    waiting[0]?.(fake.fit(request));
    expect(await first).toBeNull();
    expect((await second)?.context).toBe(4096);
  });

  it('looks once more when it is asked while it looks', async () => {
    const waiting: (() => void)[] = [];
    const survey = (): Promise<Survey> =>
      new Promise((resolve) => waiting.push(() => resolve(fake.survey())));
    const picker = state({ survey });
    const first = picker.look();
    await picker.look();
    await picker.look(true);
    waiting[0]?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(waiting.length).toBe(2);
    waiting[1]?.();
    await first;
    expect([waiting.length, picker.isLooking]).toEqual([2, false]);
  });

  it('keeps what failed and is ready again', async () => {
    const failure: Failure = { code: 'machine_unknown', message: 'no memory is told', hint: null };
    const picker = state({ survey: () => Promise.reject(failure) });
    await picker.look();
    expect(picker.failure).toStrictEqual(failure);
    expect(picker.isLooking).toBe(false);
  });
});
