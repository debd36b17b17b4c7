// What the person is writing, for each chat of its own, and the sending of it. Words typed are
// never lost: they are kept while another chat is open, saved as a draft, and stay in the field
// when sending them fails.
import type { Failure } from '../ipc/wire';

/** Long enough not to write with every key, short enough that a crash costs one sentence. */
const SAVE_AFTER_MS = 400;

export interface QuestionDoor {
  /** Resolves with the chat it went to, when the question is on disk. */
  send(chat: number | null, text: string): Promise<number>;
  save(chat: number | null, text: string): Promise<void>;
}

export class Question {
  text = $state('');
  sending = $state(false);
  /** Why the last question could not be sent, or the draft not be saved. */
  failure = $state.raw<Failure | null>(null);

  #door: QuestionDoor;
  #chat: number | null = null;
  #kept = new Map<number | null, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(door: QuestionDoor) {
    this.#door = door;
  }

  /** Another chat is open now (null: one that does not exist yet). */
  move(chat: number | null): void {
    if (chat === this.#chat) return;
    this.flush();
    this.#chat = chat;
    this.text = this.#kept.get(chat) ?? '';
    this.failure = null;
  }

  /** The draft on disk, for a chat in which nothing was written since the window opened. */
  offer(chat: number | null, draft: string): void {
    if (this.#kept.has(chat)) return;
    this.#kept.set(chat, draft);
    if (chat === this.#chat) this.text = draft;
  }

  edit(text: string): void {
    this.text = text;
    this.#kept.set(this.#chat, text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  /** Saves now what waits to be saved. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#save(this.#chat, this.text);
  }

  /** Sends `text`; the chat it went to, or null if it did not go. */
  async ask(text: string): Promise<number | null> {
    if (this.sending || text.trim() === '') return null;
    const from = this.#chat;
    this.sending = true;
    this.failure = null;
    try {
      const chat = await this.#door.send(from, text);
      this.#sent(from, text);
      return chat;
    } catch (failure) {
      if (this.#chat === from) {
        this.failure = failure as Failure;
        if (this.text.trim() === '') this.edit(text);
      }
      return null;
    } finally {
      this.sending = false;
    }
  }

  #sent(chat: number | null, text: string): void {
    const isHere = chat === this.#chat;
    // Asked by a button, the field may hold another sentence: it is not this one's to clear.
    if ((isHere ? this.text : this.#kept.get(chat)) !== text) return;
    if (isHere) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.text = '';
    }
    this.#kept.set(chat, '');
    this.#save(chat, '');
  }

  #save(chat: number | null, text: string): void {
    this.#door.save(chat, text).catch((failure: Failure) => {
      this.failure = failure;
    });
  }
}
