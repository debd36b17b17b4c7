// What was deleted last, a chat or a message, and the way back.
import type { Failure } from '../ipc/wire';

export interface BinDoor {
  removeChat(chat: number): Promise<unknown>;
  restoreChat(chat: number): Promise<unknown>;
  removeMessage(message: number): Promise<unknown>;
  restoreMessage(message: number): Promise<unknown>;
}

export interface Deleted {
  what: 'chat' | 'message';
  id: number;
  title: string;
  /** A chat that was open: it is opened again. */
  wasOpen: boolean;
}

export class Bin {
  deleted = $state.raw<Deleted | null>(null);
  /** Why it could not be brought back. */
  failure = $state.raw<Failure | null>(null);

  #door: BinDoor;

  constructor(door: BinDoor) {
    this.#door = door;
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

  #put(deleted: Deleted): void {
    this.failure = null;
    this.deleted = deleted;
  }

  /** Brings it back; what was brought back, or null where that failed. */
  async undo(): Promise<Deleted | null> {
    const deleted = this.deleted;
    if (deleted === null) return null;
    const { what, id } = deleted;
    try {
      await (what === 'chat' ? this.#door.restoreChat(id) : this.#door.restoreMessage(id));
      this.deleted = null;
      return deleted;
    } catch (failure) {
      this.failure = failure as Failure;
      return null;
    }
  }
}
