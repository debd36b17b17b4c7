// The chat that was deleted last, and the way back.
import type { Failure } from '../ipc/wire';

export interface BinDoor {
  remove(chat: number): Promise<unknown>;
  restore(chat: number): Promise<unknown>;
}

export class Bin {
  deleted = $state<{ id: number; title: string; wasOpen: boolean } | null>(null);
  /** Why it could not be brought back. */
  failure = $state.raw<Failure | null>(null);

  #door: BinDoor;

  constructor(door: BinDoor) {
    this.#door = door;
  }

  /** Deletes a chat; rejects with a `Failure`. */
  async remove(id: number, title: string, wasOpen: boolean): Promise<void> {
    await this.#door.remove(id);
    this.failure = null;
    this.deleted = { id, title, wasOpen };
  }

  /** Brings it back; what was brought back, or null where that failed. */
  async undo(): Promise<{ id: number; wasOpen: boolean } | null> {
    const deleted = this.deleted;
    if (deleted === null) return null;
    try {
      await this.#door.restore(deleted.id);
      this.deleted = null;
      return deleted;
    } catch (failure) {
      this.failure = failure as Failure;
      return null;
    }
  }
}
