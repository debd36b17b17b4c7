// What the person is writing, for each chat of its own, and the sending of it. Words typed are
// never lost: they are kept while another chat is open, saved as a draft, and stay in the field
// when sending them fails.
import { SvelteMap } from 'svelte/reactivity';
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
  /** What was put in line in the open chat, to be asked when its reply has ended. */
  readonly next = $derived.by(() => this.#line.get(this.#chat) ?? null);

  #door: QuestionDoor;
  #chat = $state<number | null>(null);
  /** By its chat. */
  #line = new SvelteMap<number | null, string>();
  /** Why something failed in a chat, until it was dismissed or left behind. */
  #failures = new SvelteMap<number | null, Failure>();
  #kept = new Map<number | null, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(door: QuestionDoor) {
    this.#door = door;
  }

  /** Why the last question of the open chat could not be sent, or its draft not be saved. */
  get failure(): Failure | null {
    return this.#failures.get(this.#chat) ?? null;
  }

  set failure(failure: Failure | null) {
    this.#tell(this.#chat, failure);
  }

  /** What failed in this chat was not seen yet: another one is open. */
  hasFailed(chat: number): boolean {
    return chat !== this.#chat && this.#failures.has(chat);
  }

  /** Another chat is open now (null: one that does not exist yet). */
  move(chat: number | null): void {
    if (chat === this.#chat) return;
    this.flush();
    // It was seen.
    this.failure = null;
    this.#chat = chat;
    this.text = this.#kept.get(chat) ?? '';
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

  /** Puts what is written in line, behind what is there already. */
  queue(): void {
    const text = [this.next, this.text].filter((part) => part !== null).join('\n\n');
    this.#line.set(this.#chat, text);
    this.edit('');
    this.flush();
  }

  /** Takes it out of the line, back to where it can be changed. */
  unqueue(): void {
    const text = [this.next, this.text].filter((part) => part !== null && part !== '');
    this.#line.delete(this.#chat);
    this.edit(text.join('\n\n'));
  }

  /** Asks what is in line in a chat whose reply has ended. */
  async askNext(chat: number): Promise<void> {
    const text = this.#line.get(chat);
    if (text === undefined) return;
    this.#line.delete(chat);
    try {
      await this.#door.send(chat, text);
      this.#save(chat, this.#kept.get(chat) ?? '');
    } catch (failure) {
      const written = this.#kept.get(chat) ?? '';
      this.#kept.set(chat, written === '' ? text : `${text}\n\n${written}`);
      this.#tell(chat, failure as Failure);
      if (this.#chat === chat) this.text = this.#kept.get(chat) ?? '';
    }
  }

  /** Chats in which a question is in line. */
  get waiting(): number[] {
    return [...this.#line.keys()].filter((chat) => chat !== null);
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
      this.#sent(from, text, chat);
      return chat;
    } catch (failure) {
      this.#tell(from, failure as Failure);
      if (this.#chat === from && this.text.trim() === '') this.edit(text);
      return null;
    } finally {
      this.sending = false;
    }
  }

  /** What was typed behind it while it was on its way goes on to the chat that it went to. */
  #sent(from: number | null, text: string, to: number): void {
    const isHere = from === this.#chat;
    const now = (isHere ? this.text : this.#kept.get(from)) ?? '';
    // Asked by a button, the field may hold another sentence: it is not this one's to clear.
    if (!now.startsWith(text)) return;
    const rest = now.slice(text.length).trimStart();
    const left = from === to ? rest : '';
    if (isHere) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.text = left;
    }
    this.#kept.set(from, left);
    this.#save(from, left);
    if (from === to || rest === '') return;
    this.#kept.set(to, rest);
    this.#save(to, rest);
  }

  #tell(chat: number | null, failure: Failure | null): void {
    if (failure === null) this.#failures.delete(chat);
    else this.#failures.set(chat, failure);
  }

  /** What is in line is a draft too, until it was asked. */
  #save(chat: number | null, text: string): void {
    const draft = [this.#line.get(chat) ?? '', text].filter((part) => part !== '').join('\n\n');
    this.#door.save(chat, draft).catch((failure: Failure) => this.#tell(chat, failure));
  }
}
