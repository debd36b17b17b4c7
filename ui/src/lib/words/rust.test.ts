// Rust's sentences as they are in English, and the same from numbers and codes elsewhere.
import { afterEach, describe, expect, it } from 'vitest';
import { FakeSurvey } from '../ipc/fakeSurvey';
import type { Failure } from '../ipc/wire';
import { setLanguage } from './language.svelte';
import { reason, runnersUp, told, toldBriefly, whyBest } from './rust';

const failure: Failure = {
  code: 'model_too_big',
  message: 'R1 needs 9 GiB, 5 GiB are free.',
  hint: 'Close other programs.',
};

afterEach(() => setLanguage('en'));

describe('a failure', () => {
  it('is told by Rust in English', () => {
    expect(told(failure)).toEqual({
      message: failure.message,
      hint: failure.hint,
      detail: null,
    });
  });

  it('names files and sizes as a person reads them, in both languages', () => {
    const cause = {
      type: 'incomplete',
      file: 'broken.gguf',
      foundBytes: 300_000_000,
      expectedBytes: 1_117_320_576,
    } as const;
    const broken = { ...failure, message: '`/home/ada/broken.gguf` …', cause };
    expect(toldBriefly(broken)).toBe(
      'broken.gguf is incomplete: 286 MiB of 1.0 GiB. Download it again.',
    );
    setLanguage('zh-Hans');
    expect(toldBriefly(broken)).toBe('broken.gguf 不完整：286 MiB / 1.0 GiB。请重新下载。');
  });

  it('has no marks and no commands of a terminal', () => {
    const stopped: Failure = {
      code: 'engine_stopped',
      message: 'engine stopped: its last words were `GGML_ASSERT(a)`',
      hint: 'Ask again: a fresh engine starts. What is known is kept (`spud doctor`).',
    };
    expect(told(stopped).message).toBe('Engine stopped: its last words were GGML_ASSERT(a)');
    expect(toldBriefly(stopped)).not.toMatch(/`|doctor/);
    expect(told({ ...stopped, hint: 'Set `HF_ENDPOINT`.' }).hint).toBe('Set HF_ENDPOINT.');
  });

  it('is told by its code elsewhere, with what has no other form below', () => {
    setLanguage('zh-Hans');
    expect(told({ ...failure, detail: 'R1: ENOMEM' })).toEqual({
      message: '内存放不下这个模型。',
      hint: '关掉其他程序，或者选小一些的模型或上下文。',
      detail: 'R1: ENOMEM',
    });
    expect(told(failure).detail).toBeNull();
    expect(toldBriefly(failure)).not.toMatch(/R1 needs/);
    const own = { message: '你停止了这次回答。', hint: null };
    expect(told(own)).toEqual({ ...own, detail: null });
  });
});

describe('the advice', () => {
  it.each(['potato', 'nothing'])('for a %s is told in both languages', (scene) => {
    const survey = new FakeSurvey(scene).survey();
    const english = [whyBest(survey), ...runnersUp(survey).map(({ words }) => words.join(''))];
    expect(english[0]).toMatch(/^(?:The most capable R1 that|No R1 fits) .*\.$/);
    setLanguage('zh-Hans');
    const chinese = [whyBest(survey), ...runnersUp(survey).map(({ words }) => words.join(''))];
    expect(chinese).toHaveLength(english.length);
    for (const words of chinese)
      expect(words).toMatch(
        /^[^a-z]*(?:R1 Distill .*B|R1-0528 Distill .*B)?[^a-z]*\p{Script=Han}.*。$/u,
      );
  });

  it('says why each model fits or does not', () => {
    const { candidates } = new FakeSurvey('potato').survey();
    expect(reason(candidates[0]!.fit)).toBe(
      'It needs 1.4 GiB of the 5.2 GiB of memory that is free.',
    );
    setLanguage('zh-Hans');
    expect(reason(candidates[0]!.fit)).toBe('需要 1.4 GiB，空闲内存有 5.2 GiB。');
    expect(candidates.map(({ fit }) => reason(fit)).join('')).not.toMatch(/needs|free/);
  });
});
