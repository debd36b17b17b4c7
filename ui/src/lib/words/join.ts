// Parts put together as the language of the window does it: sentences, and what is listed.
import { t } from './language.svelte';

type Joint = 'sentences' | 'words' | 'last';

/** One after the other; what says nothing is left out. */
export function sentences(...parts: string[]): string {
  return joined('sentences', parts);
}

/** "one, two, three" */
export function listed(parts: string[]): string {
  return joined('words', parts);
}

/** "one and two and three" */
export function together(parts: string[]): string {
  return joined('last', parts);
}

function joined(joint: Joint, parts: string[]): string {
  const [first = '', ...others] = parts.filter((part) => part !== '');
  return others.reduce((before, after) => t(`join.${joint}`, { before, after }), first);
}
