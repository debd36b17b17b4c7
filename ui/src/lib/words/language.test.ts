// What every language must have, and how the window's language is chosen.
import { afterEach, describe, expect, it } from 'vitest';
import { firstSpoken, type Language, LANGUAGES } from './languages';
import { language, pieces, setLanguage, t } from './language.svelte';

type Tree = { [name: string]: string | Tree };

const FORM = /_(zero|one|two|few|many|other)$/;

function leaves(tree: Tree, area = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[area + name, value]] : leaves(value, `${area}${name}.`),
  );
}

/** Sentences with all of their forms, by key. */
function sentences(tag: Language): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, text] of leaves(LANGUAGES[tag].words)) {
    const base = key.replace(FORM, '');
    found.set(base, [...(found.get(base) ?? []), text]);
  }
  return found;
}

function placeholders(text: string): string[] {
  const names = [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map((match) => match[1] ?? '');
  const marks = text.match(/<\/?b>/g) ?? [];
  return [...new Set(names), ...marks].sort();
}

const tags = Object.keys(LANGUAGES) as Language[];
const english = sentences('en');

afterEach(() => setLanguage('en'));

describe.each(tags)('the words in %s', (tag) => {
  const words = sentences(tag);

  it('are those of English, no more and no fewer', () => {
    expect([...words.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have the plural forms of the language', () => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    const keys = leaves(LANGUAGES[tag].words).map(([key]) => key);
    const plurals = new Set(
      keys.filter((key) => FORM.test(key)).map((key) => key.replace(FORM, '')),
    );
    for (const base of plurals) {
      const has = keys.filter((key) => key.replace(FORM, '') === base).sort();
      expect(has).toEqual(forms.map((form) => `${base}_${form}`).sort());
    }
  });

  it('say something, with the same values', () => {
    for (const [key, forms] of words) {
      for (const text of forms) {
        expect(text.trim(), key).not.toBe('');
        expect(placeholders(text), key).toEqual(placeholders(english.get(key)?.[0] ?? ''));
      }
    }
  });
});

describe('the language of the system', () => {
  it.each<[string[], Language]>([
    [['en-US', 'en'], 'en'],
    [['zh'], 'zh-Hans'],
    [['zh-CN'], 'zh-Hans'],
    [['zh-SG', 'en'], 'zh-Hans'],
    [['zh-Hans-HK'], 'zh-Hans'],
    [['zh-TW'], 'en'],
    [['zh-Hant'], 'en'],
    [['de-DE', 'zh-CN'], 'zh-Hans'],
    [['de-DE'], 'en'],
    [['C', 'x_y'], 'en'],
    [[], 'en'],
  ])('%j is read as %s', (tags, tag) => expect(firstSpoken(tags)).toBe(tag));
});

describe('a sentence', () => {
  it('is said in the language that was chosen last', () => {
    setLanguage('zh-Hans');
    expect([language(), document.documentElement.lang]).toEqual(['zh-Hans', 'zh-Hans']);
    expect(t('composer.send')).toBe('发送');
    setLanguage('system');
    expect(t('composer.send')).toBe('Send');
  });

  it('keeps what a value looks like', () => {
    const hostile = '$t(composer.send)';
    expect(t('count.tokens', { count: 2, n: hostile })).toBe(`${hostile} tokens`);
    expect(pieces('count.tokens', { count: 2, n: hostile })).toEqual([`${hostile} tokens`]);
    expect(t('count.tokens', { count: 2, n: '<2> & {{more}}' })).toBe('<2> & {{more}} tokens');
    expect(pieces('count.tokens', { count: 2, n: '<b>2</b>' })).toEqual(['<b>2</b> tokens']);
  });
});
