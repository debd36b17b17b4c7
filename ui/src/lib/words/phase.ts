// The quiet line before the first word of a reply: what the machine is doing meanwhile.
import type { Phase } from '../ipc/wire';
import { count, percent } from './counts';
import { t } from './language.svelte';

/** Null once words come: thinking and answer speak for themselves. */
export function phaseWords(phase: Phase | null): string | null {
  switch (phase?.type) {
    case undefined:
      return t('phase.starting');
    case 'waiting':
      return t('phase.waiting');
    case 'loading':
      return t('phase.loading', { percent: percent(phase.progress) });
    case 'reading':
      return phase.total > 0
        ? t('phase.readingOf', { done: count(phase.done), all: count(phase.total) })
        : t('phase.reading');
    case 'thinking':
    case 'answering':
      return null;
  }
}
