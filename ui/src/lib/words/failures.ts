// Sentences of the page itself for what befell a reply. The failure's own message and hint come
// from Rust; these are the states that need no code.
import type { Message } from '../ipc/wire';

export interface Note {
  tone: 'quiet' | 'trouble';
  message: string;
  hint: string | null;
}

/** What to say under a reply, or nothing: it is complete, or still being written. */
export function noteFor(reply: Message): Note | null {
  switch (reply.state) {
    case 'complete':
    case 'streaming':
      return null;
    case 'stopped':
      return quiet('You stopped this reply.');
    case 'length':
      return quiet(
        reply.text === '' && reply.thinking !== ''
          ? 'The reply reached its limit while still thinking.'
          : 'The reply reached its limit and ends here.',
      );
    case 'interrupted':
      return quiet('Spud was closed in the middle of this reply. What had been written is kept.');
    case 'failed':
      return {
        tone: 'trouble',
        message: reply.failure?.message ?? 'The reply failed, and no reason was given.',
        hint: reply.failure?.hint ?? null,
      };
  }
}

function quiet(message: string): Note {
  return { tone: 'quiet', message, hint: null };
}
