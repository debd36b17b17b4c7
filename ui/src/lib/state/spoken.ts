// What a screen reader says of the open chat while a reply is written: a sentence for each thing that
// begins, and one for the end. The growing words are no live region: read aloud as they come they
// would be a stutter, and nobody could read anything else meanwhile.
import type { Message, Phase } from '../ipc/wire';
import { isEmpty } from '../words/failures';
import { t } from '../words/language.svelte';

/** `last` is the message that is shown last, `watched` the reply that was seen being written. */
export function spoken(last: Message | null, phase: Phase | null, watched: number | null): string {
  // A chat that was only opened has no news.
  if (last?.role !== 'assistant' || last.id !== watched) return '';
  switch (last.state) {
    case 'streaming':
      return phase === null || phase.type === 'waiting' || phase.type === 'reading'
        ? ''
        : t(`conversation.spoken.${phase.type}`);
    case 'complete':
      if (isEmpty(last)) return t('reply.ended.empty');
      return t('conversation.spoken.complete');
    case 'stopped':
      return t('conversation.spoken.stopped');
    case 'length':
    case 'interrupted':
      return t('conversation.spoken.ended');
    case 'failed':
      // Its note is an alert.
      return '';
  }
}
