// The quiet line before the first word of a reply: what the machine is doing meanwhile.
import type { Phase } from '../ipc/wire';
import { count, percent } from './counts';

/** Null once words come: thinking and answer speak for themselves. */
export function phaseWords(phase: Phase | null): string | null {
  switch (phase?.type) {
    case undefined:
      return 'Starting';
    case 'waiting':
      return 'Waiting for the other reply';
    case 'loading':
      return `Loading the model ${percent(phase.progress)}`;
    case 'reading':
      return phase.total > 0
        ? `Reading your question ${count(phase.done)} of ${count(phase.total)} tokens`
        : 'Reading your question';
    case 'thinking':
    case 'answering':
      return null;
  }
}
