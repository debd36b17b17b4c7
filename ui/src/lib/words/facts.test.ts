// That a window in another language has words of its own for all that Rust tells: every kind that the
// bridge declares is made up from its declaration and said.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeSurvey } from '../ipc/fakeSurvey';
import { fakeDownloads } from '../ipc/fakeDownloads';
import type { Cause, Code, Download, Model, Purpose, Setback, SurveyNote } from '../ipc/wire';
import { happening } from './download';
import { purpose, setback, surveyNote, todo, what } from './facts';
import { type Language, LANGUAGES } from './languages';
import { setLanguage } from './language.svelte';
import { holder } from './names';
import { aboutModel, diskShort, licence, parameters, story, told } from './rust';

const wire = readFileSync(join(import.meta.dirname, '../ipc/wire.ts'), 'utf8');

function declared(name: string): string {
  const found = new RegExp(`export type ${name} = ([^]*?);\\n(?:\\n|$)`).exec(wire);
  if (!found?.[1]) throw new Error(`${name} is not declared`);
  return found[1];
}

/** One of each kind, with facts that are words of no language. */
function samples<Facts>(name: string): Facts[] {
  const kinds = [...declared(name).matchAll(/\{ "type": "(\w+)"(?:, ([^}]*?),?)? ?\}/g)];
  return kinds.map(([, type, facts = '']) => {
    const values = [...facts.matchAll(/(\w+): (string|Whole|number|Kin|Array<Setback>)/g)].map(
      ([, fact = '', kind]) => [fact, sample(kind ?? '')],
    );
    return { type, ...Object.fromEntries(values) } as Facts;
  });
}

function sample(kind: string): unknown {
  if (kind === 'string') return '~/42.gg';
  if (kind === 'Kin') return 'v31';
  return kind.startsWith('Array') ? samples<Setback>('Setback') : 429;
}

const codes = [...declared('Code').matchAll(/"(\w+)"/g)].map(([, code]) => code as Code);
const causes = samples<Cause>('Cause');
const tags = Object.keys(LANGUAGES) as Language[];

/** Names and units, which are the same in Chinese. */
const SAME =
  /token|Spud|PDF|Word|Excel|PowerPoint|OpenDocument|EPUB|OCR|ChatGPT|conversations\.json|Open WebUI|JSON|FAT32|KiB|MiB|GiB|SHA|GPU|GGUF|~\/42\.gg/g;
const NAMES =
  /DeepSeek|Qwen|QwQ|Instruct|Chat|Llama|Math|Apache|MIT|Ollama|LM Studio|Hugging Face|R1|Claude|Adobe Acrobat Reader|Adobe|XFA|LibreChat|Jan|huggingface\.co/g;

function sayNoEnglish(...words: string[]): void {
  for (const said of words) {
    expect(said).not.toMatch(/\{\{|undefined|\[object/);
    expect(said.replace(SAME, '').replace(NAMES, '')).not.toMatch(/[a-z]{3}/i);
    expect(said.trim()).not.toBe('');
  }
}

afterEach(() => setLanguage('en'));

describe.each(tags)('in %s', (tag) => {
  it('every code of a failure has a headline and a hint', () => {
    expect(codes.length).toBeGreaterThan(20);
    const { what, todo } = LANGUAGES[tag].words.failure;
    expect(Object.keys(what).sort()).toEqual([...codes].sort());
    expect(Object.keys(todo).sort()).toEqual([...codes].sort());
    expect(Object.values({ ...what, ...todo }).filter((words) => words.trim() === '')).toEqual([]);
  });

  it('every cause is said with its facts, and no other is kept', () => {
    setLanguage(tag);
    expect(causes.length).toBeGreaterThan(40);
    const kept = Object.keys(LANGUAGES[tag].words.failure.cause).sort();
    expect(causes.map(({ type }) => type).sort()).toEqual(kept);
    for (const cause of causes) {
      const said = `${what(cause)} ${todo(cause)}`;
      expect(said).not.toMatch(/\{\{|undefined|\[object/);
      for (const fact of Object.values(cause).filter((value) => value === '~/42.gg')) {
        expect(said, cause.type).toContain(fact);
      }
    }
  });
});

describe('a Chinese window says no English', () => {
  it('of what failed, whatever it was', () => {
    setLanguage('zh-Hans');
    const english = { message: 'It did not work', hint: 'Try again' };
    for (const code of codes) {
      const { message, hint, detail } = told({ code, ...english });
      sayNoEnglish(message, hint ?? '');
      expect(detail).toBeNull();
    }
    for (const cause of causes) {
      const { message, hint, detail } = told({ code: 'storage', ...english, cause });
      sayNoEnglish(message, hint ?? '');
      expect(detail).toBeNull();
    }
  });

  it('of why a download waits, whom Spud asked, how the machine was seen', () => {
    setLanguage('zh-Hans');
    sayNoEnglish(...samples<Setback>('Setback').map(setback));
    sayNoEnglish(...samples<Purpose>('Purpose').map(purpose));
    sayNoEnglish(...samples<SurveyNote>('SurveyNote').map((note) => surveyNote(note).words));
    const waiting = samples<Setback>('Setback').map((why): Download => {
      const doing = { type: 'waiting', ms: 42_000, why } as const;
      const state = { type: 'running', part: 1, parts: 1, perSecond: null, leftMs: null, doing };
      return { ...fakeDownloads()[0]!, state: state as Download['state'] };
    });
    sayNoEnglish(...waiting.map((download) => happening(download, false)));
  });

  it('of models: what they are, their licences, what the disk lacks', () => {
    setLanguage('zh-Hans');
    const { candidates } = new FakeSurvey('nothing').survey();
    const lineages = candidates.map(({ lineage }) => lineage!);
    sayNoEnglish(...lineages.flatMap((one) => [parameters(one), licence(one)]));
    expect(parameters(lineages.at(-1)!)).toBe('6710 亿参数，每个 token 用到其中 370 亿');
    const stories = candidates.map((one) => story(one, one.lineage!));
    expect(stories.filter((words) => /[a-z]{3}.*itself/.test(words))).toEqual([]);
    const quants = lineages.flatMap(({ quants }) => quants);
    const short = quants.map(diskShort).filter((words) => words !== '');
    expect(short.length).toBeGreaterThan(0);
    sayNoEnglish(...short);
    const abouts = samples<Model['about']>('ModelAbout');
    expect(abouts.length).toBe(4);
    const model = { id: 'x', name: 'x', bytes: 429, stranger: null };
    sayNoEnglish(...abouts.map((about) => aboutModel({ ...model, about })));
    sayNoEnglish(...(['ollama', 'lm_studio', 'hugging_face'] as const).map(holder));
  });
});

it('the same is said in English', () => {
  const { candidates } = new FakeSurvey('nothing').survey();
  const last = candidates.at(-1)?.lineage;
  expect(parameters(last!)).toBe('671 billion parameters, 37 billion for each token');
  expect(parameters(candidates[0]!.lineage!)).toBe('1.8 billion parameters');
  expect(diskShort(last!.quants[0])).toMatch(
    /^The download needs [\d.]+ GiB of disk space, and 3\.0 GiB is/,
  );
});
