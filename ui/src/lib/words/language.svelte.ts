// The language of the window, and the one way to its words. Whatever was drawn through `t` is drawn
// anew when the language changes. What may change about a word (its plural, the place of a number)
// is the catalogue's; how numbers look is `Intl`'s.
import { createInstance } from 'i18next';
import { firstSpoken, isReadAs, type Key, type Language, LANGUAGES } from './languages';

export type Wanted = 'system' | Language;
/** `count` chooses the plural's form. */
export type Values = Record<string, string | number>;

// i18next knows every language's plural forms, the part that is easily got wrong by hand.
const catalogue = createInstance({
  lng: 'en',
  fallbackLng: 'en',
  initAsync: false,
  nsSeparator: false,
  resources: Object.fromEntries(
    Object.entries(LANGUAGES).map(([tag, { words }]) => [tag, { translation: words }]),
  ),
  // Svelte escapes what it draws.
  interpolation: { escapeValue: false },
  // While building and testing, a forgotten value is loud; in the window it is only a gap.
  missingInterpolationHandler: (_text: string, [placeholder]: RegExpExecArray) => {
    if (import.meta.env.DEV) throw new Error(`BUG: no value for ${placeholder}`);
    return '';
  },
});
void catalogue.init();

let wanted: Wanted = 'system';
let spoken = $state<Language>(inSystem());

function inSystem(): Language {
  return firstSpoken(navigator.languages);
}

/** Takes effect at once, everywhere. */
export function setLanguage(language: Wanted): void {
  wanted = language;
  spoken = language === 'system' ? inSystem() : language;
  document.documentElement.lang = spoken;
}

/** The language that is spoken now, for `Intl`. */
export function language(): Language {
  return spoken;
}

/** As the person's own system spells that language, for dates: `en-GB` where English is spoken. */
export function locale(): string {
  return navigator.languages.find((tag) => isReadAs(tag, spoken)) ?? spoken;
}

export function t(key: Key, values: Values = {}): string {
  return catalogue.t(key, { ...values, lng: spoken });
}

/** A sentence in pieces; those at odd places stand between `<b>` and `</b>` in the catalogue and
    are drawn as whatever the view makes of them. No value is ever taken for such a mark. */
export function pieces(key: Key, values: Values = {}): string[] {
  const sentence = catalogue.t(key, { ...values, lng: spoken, skipInterpolation: true });
  const { interpolator } = catalogue.services;
  return sentence
    .split(/<\/?b>/)
    .map((piece) => interpolator.interpolate(piece, values, spoken, {}));
}

setLanguage('system');
window.addEventListener('languagechange', () => setLanguage(wanted));
