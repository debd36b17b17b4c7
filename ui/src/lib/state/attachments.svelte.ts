// Files that go with the question that is being written, for each chat of its own, and how much of
// the model's context they take. What is there is told by events; nothing here reads a file.
import { SvelteMap } from 'svelte/reactivity';
import type { Attached, DraftFiles, Failure, WeighRequest, Weight } from '../ipc/wire';

/** Long enough not to count with every key. */
const WEIGH_AFTER_MS = 300;

export interface FilesDoor {
  /** Files of a drop by its number; null asks the person. Resolves when all are read. */
  attach(chat: number | null, dropped: number | null): Promise<void>;
  detach(file: number): Promise<void>;
  stopReading(number: number): Promise<void>;
  /** Reads a file once more; it has another number then. */
  setLetters(file: number, encoding: string): Promise<void>;
  weigh(request: WeighRequest): Promise<Weight>;
}

const NONE: DraftFiles = { there: [], reading: [], rereadable: [] };

export class Attachments {
  /** What the question would take with its files; null while that is not known, or without files. */
  weight = $state.raw<Weight | null>(null);

  #door: FilesDoor;
  #fail: (failure: Failure) => void;
  #chat = $state<number | null>(null);
  #drafts = new SvelteMap<number | null, DraftFiles>();
  /** Files of questions that wait in line, by their chat. */
  #line = new SvelteMap<number | null, number[]>();
  /** The files that `weight` tells of, in its order. */
  #weighed: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  readonly reading = $derived((this.#drafts.get(this.#chat) ?? NONE).reading);
  readonly rereadable = $derived((this.#drafts.get(this.#chat) ?? NONE).rereadable);
  /** Those that go with the question in the field. */
  readonly here = $derived.by((): Attached[] => {
    const lined = this.#line.get(this.#chat) ?? [];
    const { there } = this.#drafts.get(this.#chat) ?? NONE;
    return there.filter(({ id }) => !lined.includes(id));
  });
  /** Whether the question can be asked, as far as that is known. */
  readonly fits = $derived(this.here.length === 0 || (this.weight?.fits ?? true));

  constructor(door: FilesDoor, fail: (failure: Failure) => void) {
    this.#door = door;
    this.#fail = fail;
  }

  /** Another chat is open now. */
  move(chat: number | null): void {
    if (chat === this.#chat) return;
    this.#chat = chat;
    this.#forget();
  }

  /** The files of a draft as they are now. */
  told(chat: number | null, files: DraftFiles): void {
    this.#drafts.set(chat, files);
  }

  /** What goes with the next question of a chat. */
  going(chat: number | null): number[] {
    const lined = this.#line.get(chat);
    this.#line.delete(chat);
    return lined ?? (this.#drafts.get(chat) ?? NONE).there.map(({ id }) => id);
  }

  /** The question in the field waits in line, and its files with it. */
  queue(): void {
    const lined = this.#line.get(this.#chat) ?? [];
    this.#line.set(this.#chat, [...lined, ...this.here.map(({ id }) => id)]);
  }

  unqueue(): void {
    this.#line.delete(this.#chat);
  }

  attach(dropped: number | null = null): void {
    this.#door.attach(this.#chat, dropped).catch(this.#fail);
  }

  detach(file: number): void {
    this.#door.detach(file).catch(this.#fail);
  }

  stopReading(number: number): void {
    this.#door.stopReading(number).catch(this.#fail);
  }

  setLetters(file: number, encoding: string): void {
    this.#door.setLetters(file, encoding).catch(this.#fail);
  }

  /** Tokens of one file; null while they are not known. */
  tokensOf(file: number): number | null {
    const at = this.#weighed.indexOf(file);
    return this.weight?.files[at] ?? null;
  }

  /** Weighs what is in the field, once nothing is typed for a moment. */
  weighSoon(text: string): void {
    clearTimeout(this.#timer);
    if (this.here.length === 0) return this.#forget();
    this.#timer = setTimeout(() => void this.#weigh(text), WEIGH_AFTER_MS);
  }

  async #weigh(text: string): Promise<void> {
    const asked = (this.#asked += 1);
    const files = this.here.map(({ id }) => id);
    try {
      const weight = await this.#door.weigh({ chat: this.#chat, instead: null, text, files });
      if (asked !== this.#asked) return;
      this.#weighed = files;
      this.weight = weight;
    } catch {
      // A file was taken away meanwhile, which is told and weighed anew; asking says what is wrong.
      if (asked === this.#asked) this.#forget();
    }
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.weight = null;
  }
}
