// Sentences of the page itself for what befell a reply. The failure's own message and hint come
// from Rust; these are the states that need no code.
import type { Message } from '../ipc/wire';
import type { Said } from './rust';
import { t } from './language.svelte';

export interface Note extends Said {
  tone: 'quiet' | 'trouble';
}

/** It came to its own end without a word of answer, as a model does now and then. */
export function isEmpty({ state, text }: Message): boolean {
  return state === 'complete' && text.trim() === '';
}

/** What to say under a reply, or nothing: it is complete, or still being written. */
export function noteFor(reply: Message): Note | null {
  switch (reply.state) {
    case 'complete':
      return isEmpty(reply) ? quiet(t('reply.ended.empty')) : null;
    case 'streaming':
      return null;
    case 'stopped':
      return quiet(t('reply.ended.stopped'));
    case 'length':
      return quiet(
        reply.text === '' && reply.thinking !== ''
          ? t('reply.ended.thinking')
          : t('reply.ended.length'),
      );
    case 'interrupted':
      return quiet(t('reply.ended.interrupted'));
    case 'failed':
      return {
        tone: 'trouble',
        ...(reply.failure ?? { message: t('reply.ended.failed'), hint: null }),
      };
  }
}

function quiet(message: string): Note {
  return { tone: 'quiet', message, hint: null };
}
