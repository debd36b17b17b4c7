// The languages that the window speaks. One more is a file beside `catalogue/en.json` with the same
// keys (plurals in the forms that its own grammar has), its import and its line in the list below;
// `language.test.ts` says what is missing. Nothing else names a language.
import en from './catalogue/en.json';
import zhHans from './catalogue/zh-Hans.json';

/** By their BCP 47 tags, each with its own name and its words. The first speaks for all others. */
export const LANGUAGES = {
  en: { name: 'English', words: en },
  'zh-Hans': { name: '简体中文', words: zhHans },
} as const;

export type Language = keyof typeof LANGUAGES;

/** What a sentence is called, such as `composer.placeholder`; plurals without their forms. */
export type Key = Keys<typeof en>;

type Keys<Words, Area extends string = ''> = {
  [Name in keyof Words & string]: Words[Name] extends string
    ? `${Area}${WithoutForm<Name>}`
    : Keys<Words[Name], `${Area}${Name}.`>;
}[keyof Words & string];

type WithoutForm<Name extends string> = Name extends `${infer Base}_${Intl.LDMLPluralRule}`
  ? Base
  : Name;

/** The first language of a person's own that is spoken here: `zh-SG` reads Simplified Chinese. */
export function firstSpoken(tags: readonly string[]): Language {
  const spoken = Object.keys(LANGUAGES) as Language[];
  const match = tags
    .map((tag) => spoken.find((language) => isReadAs(tag, language)))
    .find((language) => language !== undefined);
  return match ?? 'en';
}

/** Whether who reads the one reads the other: `zh-SG` and `zh-Hans`. */
export function isReadAs(tag: string, language: Language): boolean {
  return written(tag) === written(language);
}

/** Tongue and script, which decide whether a text can be read: "zh-Hans" for `zh` and `zh-CN`. */
function written(tag: string): string | null {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return `${language}-${script}`;
  } catch {
    // Some systems report what is no tag at all, such as "C".
    return null;
  }
}
