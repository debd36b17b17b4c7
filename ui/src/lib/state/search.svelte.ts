// What is looked for in all chats, and what was found: asked while it is typed, and only the newest
// answer counts.
import type { Failure, Hit } from '../ipc/wire';

/** Short enough to feel like typing, long enough not to search for every letter. */
const ASK_AFTER_MS = 120;

export class Search {
  query = $state('');
  /** Null before the first answer to what is typed. */
  hits = $state.raw<Hit[] | null>(null);
  failure = $state.raw<Failure | null>(null);

  #find: (query: string) => Promise<Hit[]>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(find: (query: string) => Promise<Hit[]>) {
    this.#find = find;
  }

  get isActive(): boolean {
    return this.query.trim() !== '';
  }

  type(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    if (this.isActive) this.#timer = setTimeout(() => void this.#ask(), ASK_AFTER_MS);
    else this.clear();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.query = '';
    this.hits = null;
    this.failure = null;
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const hits = await this.#find(this.query);
      if (asked !== this.#asked) return;
      this.hits = hits;
      this.failure = null;
    } catch (failure) {
      if (asked === this.#asked) this.failure = failure as Failure;
    }
  }
}
