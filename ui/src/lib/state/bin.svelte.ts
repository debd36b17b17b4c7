// What was deleted since the window was opened, chats and messages, and the way back: Ctrl+Z brings
// back the last of them, then the one before. What is older waits in the trash.
import type { Failure } from '../ipc/wire';

export interface BinDoor {
  removeChat(chat: number): Promise<unknown>;
  restoreChat(chat: number): Promise<unknown>;
  removeMessage(message: number): Promise<unknown>;
  restoreMessage(message: number): Promise<unknown>;
  eraseChats(chats: number[]): Promise<unknown>;
}

type What = 'chat' | 'message';

export interface Deleted {
  what: What;
  id: number;
  title: string;
  /** A chat that was open: it is opened again. */
  wasOpen: boolean;
}

export class Bin {
  /** The last deleted comes last. */
  #deleted = $state.raw<Deleted[]>([]);
  /** Said for a while that it was deleted; it can be taken back for longer. */
  told = $state.raw<Deleted | null>(null);
  /** Why it could not be brought back. */
  failure = $state.raw<Failure | null>(null);

  #door: BinDoor;

  constructor(door: BinDoor) {
    this.#door = door;
  }

  get canUndo(): boolean {
    return this.#deleted.length > 0;
  }

  /** Deletes a chat; rejects with a `Failure`. */
  async removeChat(id: number, title: string, wasOpen: boolean): Promise<void> {
    await this.#door.removeChat(id);
    this.#put({ what: 'chat', id, title, wasOpen });
  }

  /** Takes a message and what followed out of its chat; rejects with a `Failure`. */
  async removeMessage(id: number, title: string): Promise<void> {
    await this.#door.removeMessage(id);
    this.#put({ what: 'message', id, title, wasOpen: false });
  }

  /** Brings the last deleted back; what was brought back, or null where that failed. */
  async undo(): Promise<Deleted | null> {
    const last = this.#deleted.at(-1);
    if (!last) return null;
    try {
      await this.restore(last.what, last.id);
      return last;
    } catch (failure) {
      this.failure = failure as Failure;
      this.told = last;
      return null;
    }
  }

  /** Brings back what may have been deleted long ago; rejects with a `Failure`. */
  async restore(what: What, id: number): Promise<void> {
    await (what === 'chat' ? this.#door.restoreChat(id) : this.#door.restoreMessage(id));
    this.#forget((one) => one.what === what && one.id === id);
  }

  /** For good; rejects with a `Failure`. */
  async erase(chats: number[]): Promise<void> {
    await this.#door.eraseChats(chats);
    this.#forget(({ what, id }) => what === 'chat' && chats.includes(id));
  }

  /** It was said for long enough. What could not be brought back is not tried again and again. */
  hide(): void {
    const { told } = this;
    this.told = null;
    if (this.failure !== null) this.#forget((one) => one === told);
    this.failure = null;
  }

  #put(deleted: Deleted): void {
    this.failure = null;
    this.#deleted = [...this.#deleted, deleted];
    this.told = deleted;
  }

  #forget(isMeant: (deleted: Deleted) => boolean): void {
    this.#deleted = this.#deleted.filter((one) => !isMeant(one));
    if (this.told === null || !isMeant(this.told)) return;
    this.told = null;
    this.failure = null;
  }
}
