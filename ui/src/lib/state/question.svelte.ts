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

/** A question on its way. */
interface Asked {
  from: number | null;
  text: string;
  /** Somebody has gone elsewhere since. */
  isLeft: boolean;
  /** To a new chat from a new chat: it has left the field. This was written behind it before. */
  behind: string | null;
}

export class Question {
  text = $state('');
  sending = $state(false);
  /** What was put in line in the open chat, to be asked when its reply has ended. */
  readonly next = $derived.by(() => this.#line.get(this.#chat) ?? null);

  #door: QuestionDoor;
  #chat = $state<number | null>(null);
  /** The question on its way. */
  #asked: Asked | null = null;
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

  /** Another chat is open now (null: one that does not exist yet, another one each time). */
  move(chat: number | null): void {
    if (this.#asked) this.#asked.isLeft = true;
    if (chat === null) this.#begin();
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

  /** Sends `text`; the chat it went to, for whoever asked and waits there. Null if it did not go, and for
      whoever has gone elsewhere meanwhile. */
  async ask(text: string): Promise<number | null> {
    if (this.sending || text.trim() === '') return null;
    const from = this.#chat;
    const asked: Asked = { from, text, isLeft: false, behind: null };
    this.#asked = asked;
    this.sending = true;
    this.failure = null;
    try {
      const chat = await this.#door.send(from, text);
      this.#sent(asked, chat);
      return asked.isLeft ? null : chat;
    } catch (failure) {
      this.#tell(from, failure as Failure);
      if (asked.behind !== null) this.#giveBack(text + asked.behind);
      else if (this.#chat === from && this.text.trim() === '') this.edit(text);
      return null;
    } finally {
      this.#asked = null;
      this.sending = false;
    }
  }

  /** A new chat is begun. What is on its way to another new one has left the field by then: what is
      written from now on is not that chat's. */
  #begin(): void {
    const asked = this.#asked;
    if (asked === null || asked.from !== null || asked.behind !== null) return;
    const now = this.#written(null);
    // Asked by a button, the field may hold another sentence: that stays.
    if (!now.startsWith(asked.text)) return;
    asked.behind = now.slice(asked.text.length);
    this.#put(null, '');
  }

  /** What did not go stands before what was written since. */
  #giveBack(text: string): void {
    const both = [text, this.#written(null)].filter((part) => part.trim() !== '');
    this.#put(null, both.join('\n\n'));
    this.#save(null, this.#written(null));
  }

  /** What was typed behind it while it was on its way goes on to the chat that it went to. */
  #sent({ from, text, behind }: Asked, to: number): void {
    const now = this.#written(from);
    // Asked by a button, the field may hold another sentence: it is not this one's to clear.
    if (behind === null && !now.startsWith(text)) return;
    const rest = (behind ?? now.slice(text.length)).trimStart();
    const left = from === to ? rest : behind === null ? '' : now;
    this.#put(from, left);
    this.#save(from, left);
    if (from === to || rest === '') return;
    this.#kept.set(to, rest);
    this.#save(to, rest);
  }

  /** What is written in a chat and not sent. */
  #written(chat: number | null): string {
    return (chat === this.#chat ? this.text : this.#kept.get(chat)) ?? '';
  }

  /** Writes in its place; nothing is saved by it. */
  #put(chat: number | null, text: string): void {
    this.#kept.set(chat, text);
    if (chat !== this.#chat) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.text = text;
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
