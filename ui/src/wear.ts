// How the page looks, as it is set: language, size of text, width of a conversation. Light and dark
// are the shell's: the whole window follows them.
import type { Preferences } from './lib/ipc/wire';
import { setLanguage } from './lib/words/language.svelte';
import { LANGUAGES, type Language } from './lib/words/languages';

const MEASURES = { comfortable: '', wide: '62rem', full: '200rem' };

export function wear({ language, textPercent, width }: Preferences): void {
  // A language that an older or newer window spoke is none here.
  setLanguage(language in LANGUAGES ? (language as Language) : 'system');
  const { style } = document.documentElement;
  style.fontSize = textPercent === 100 ? '' : `${textPercent}%`;
  style.setProperty('--measure', MEASURES[width]);
}
