// What is read of models before one is taken: on the first screen and in the picker.
import { describe, expect, it } from 'vitest';
import { all, one, open, pass } from './opened';
import { setLanguage } from './lib/words/language.svelte';

const GOOD = 'Mathematics, puzzles and simple code; often wrong about facts.';

describe('what a model is good for', () => {
  it('is said in one plain sentence on the offer and for each model of the picker', async () => {
    await open('empty');
    await pass(20);
    expect(one('first-look').textContent).toContain(GOOD);
    one('first-pick').click();
    await pass(20);
    expect(one('best-good').textContent).toBe(GOOD);
    const rows = all('candidate');
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row.textContent).toContain(GOOD);
    setLanguage('zh-Hans');
    await pass(5);
    expect(one('best-good').textContent).toMatch(/\p{Script=Han}/u);
    setLanguage('en');
  });

  it('stands beside the name that the world knows, and before what is for experts', async () => {
    await open('empty');
    await pass(20);
    one('first-pick').click();
    await pass(20);
    const named = 'DeepSeek-R1-Distill-Qwen-1.5B';
    expect(one('picker').textContent.split(named)).toHaveLength(2);
    const knobs = one('quant').closest('details');
    expect(knobs?.open).toBe(false);
    expect(knobs?.contains(one('get'))).toBe(false);
    const list = one('candidate');
    const patience = one('patience');
    expect(patience.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING).not.toBe(0);
  });
});

describe('a disk that is too small', () => {
  it('is told with a way out', async () => {
    const backend = await open('nothing');
    const asked: string[] = [];
    const call = backend.call.bind(backend);
    backend.call = (name, request) => {
      asked.push(name);
      return call(name, request);
    };
    await pass(20);
    one('first-pick').click();
    await pass(20);
    const large = all('candidate-toggle').at(-1);
    large?.click();
    await pass(5);
    one('other-folder').click();
    await pass(20);
    // Once the folder is another, so may be the disk.
    expect(asked.slice(-2)).toEqual(['choose_models_folder', 'survey']);
  });
});
