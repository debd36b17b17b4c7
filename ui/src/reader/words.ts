// The words that the reader of Markdown adds of its own, where there is no window: in English, as the terminal
// speaks. Stands in for `lib/words/language.svelte.ts` (`vite.reader.config.ts`).
import { text } from '../lib/words/catalogue/en.json';

const WORDS = { 'text.image': text.image };

export function t(key: keyof typeof WORDS, values: Record<string, string>): string {
  return WORDS[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
