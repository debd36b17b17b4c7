// The projection of one conversation: its messages and the reply being written. Every stream
// begins with a snapshot, so a reload in the middle of a reply needs no code of its own.
import type { ChatEvent, ChatRow, Failure, Manner, Message, Phase } from '../ipc/wire';

/** A message that grows: whoever shows a part of it hears when that part changes. */
function growing(message: Message): Message {
  const told = $state(message);
  return told;
}

/** Only a reply that is being written changes in place; to watch thousands that never do is dear. */
function watched(message: Message): Message {
  return message.state === 'streaming' ? growing(message) : message;
}

export class ChatState {
  readonly id: number;
  row = $state.raw<ChatRow | null>(null);
  messages = $state.raw<Message[]>([]);
  /** What the reply in progress is doing; null when none is. */
  phase = $state.raw<Phase | null>(null);
  draft = $state('');
  /** How its replies think. */
  manner = $state.raw<Manner | null>(null);
  /** What is said to the model with every reply. */
  instructions = $state('');
  /** Tokens of the prompt that is being read or answered. */
  #prompt = $state(0);
  /** The reply that goes round in circles, by its id. */
  looping = $state<number | null>(null);
  /** Deleted, here or elsewhere. */
  gone = $state(false);
  /** Why there is nothing to see, if the stream could not be opened. */
  failure = $state.raw<Failure | null>(null);
  /** When the reply's times were last told, on the page's clock in milliseconds. */
  heard = $state(0);

  constructor(id: number) {
    this.id = id;
  }

  apply(event: ChatEvent, nowMs: number): void {
    switch (event.type) {
      case 'snapshot':
        this.row = event.chat;
        this.messages = event.messages.map(watched);
        this.phase = event.phase;
        this.draft = event.draft;
        this.manner = event.manner;
        this.instructions = event.instructions;
        this.heard = nowMs;
        break;
      case 'earlier':
        this.messages = [...event.messages, ...this.messages];
        break;
      case 'branch':
        this.messages = event.messages.map(watched);
        this.phase = this.reply === null ? null : { type: 'waiting' };
        this.heard = nowMs;
        break;
      case 'manner':
        this.manner = event.manner;
        break;
      case 'instructions':
        this.instructions = event.instructions;
        break;
      case 'looping':
        this.looping = event.message;
        break;
      case 'message':
        this.#put(event.message);
        break;
      case 'phase':
        this.phase = event.phase;
        if (event.phase.type === 'reading') this.#prompt = event.phase.total;
        this.heard = nowMs;
        break;
      case 'growth': {
        const message = this.messages.findLast((known) => known.id === event.message);
        if (!message) break;
        if (event.rethought) {
          message.thinking += message.text;
          message.text = '';
        }
        if (event.thinking !== '') message.thinking += event.thinking;
        if (event.answer !== '') message.text += event.answer;
        message.thinkingTokens = event.thinkingTokens;
        message.answerTokens = event.answerTokens;
        message.thinkingMs = event.thinkingMs;
        message.answerMs = event.answerMs;
        // The circle is left behind: the answer comes.
        if (event.answer !== '' && message.text === event.answer) this.looping = null;
        this.heard = nowMs;
        break;
      }
      case 'end':
        this.#put(event.message);
        this.phase = null;
        this.looping = null;
        break;
      case 'files':
        // Of the draft, which is not the conversation's.
        break;
      case 'gone':
        this.gone = true;
        break;
    }
  }

  /** The reply being written, if one is. */
  readonly reply = $derived.by(() => {
    const last = this.messages.at(-1);
    return last?.state === 'streaming' ? last : null;
  });

  /** The newest message of which it is known what the model was shown. */
  readonly #counted = $derived(this.messages.findLast((message) => message.promptTokens > 0));

  /**
   * Tokens that the conversation takes of the context: while a reply is written with its thinking,
   * which the next prompt leaves out. 0 where nothing is known yet.
   */
  get used(): number {
    const reply = this.reply;
    if (reply) return this.#prompt + reply.thinkingTokens + reply.answerTokens;
    const last = this.#counted;
    return last ? last.promptTokens + last.answerTokens : 0;
  }

  /** The last message that the model was not shown for its newest reply; null where it saw all. */
  get leftOut(): number | null {
    return this.#counted?.leftOut ?? null;
  }

  /** A message heard twice is the same message, as it stands now. */
  #put(message: Message): void {
    const at = this.messages.findLastIndex((known) => known.id === message.id);
    this.messages =
      at < 0 ? [...this.messages, watched(message)] : this.messages.with(at, watched(message));
  }
}
