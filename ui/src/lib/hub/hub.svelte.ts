// A look at a repository of a hub: what was typed, what came of it, and whether a token would help. One
// look at a time: a newer one, or whoever closes the sheet, ends it.
import type { Calls } from '../ipc/calls';
import type { Failure, HubView, Offer } from '../ipc/wire';
import { gateOf, type Gate } from './gate';

export interface HubDoor {
  look(typed: string): Promise<HubView>;
  stop(): Promise<unknown>;
  download(offer: Calls['download_offer']['request']): Promise<unknown>;
  agree(host: string, repository: string): Promise<unknown>;
  tokenPlace(host: string): Promise<string | null>;
}

export class HubState {
  typed = $state('');
  view = $state.raw<HubView | null>(null);
  isLooking = $state(false);
  failure = $state.raw<Failure | null>(null);
  gate = $state.raw<Gate | null>(null);
  #door: HubDoor;
  #looks = 0;

  constructor(door: HubDoor) {
    this.#door = door;
  }

  async look(): Promise<void> {
    const typed = this.typed.trim();
    if (typed === '') return;
    const number = ++this.#looks;
    this.isLooking = true;
    this.view = null;
    this.#forget();
    try {
      const view = await this.#door.look(typed);
      if (number === this.#looks) this.view = view;
    } catch (thrown) {
      if (number === this.#looks) await this.#fail(thrown as Failure);
    } finally {
      if (number === this.#looks) this.isLooking = false;
    }
  }

  /** Ends a look; what was typed stays. */
  stop(): void {
    if (!this.isLooking) return;
    this.#looks += 1;
    this.isLooking = false;
    void this.#door.stop().catch(() => undefined);
  }

  /** The person lets their token be shown, and looks again. */
  async agree(): Promise<void> {
    if (this.gate === null) return;
    const { host, repository } = this.gate;
    try {
      await this.#door.agree(host, repository);
    } catch (thrown) {
      await this.#fail(thrown as Failure);
      return;
    }
    await this.look();
  }

  async download({ id, quant, bytes }: Offer): Promise<void> {
    this.#forget();
    try {
      await this.#door.download({ id, quant, bytes });
    } catch (thrown) {
      await this.#fail(thrown as Failure);
    }
  }

  #forget(): void {
    this.failure = null;
    this.gate = null;
  }

  async #fail(failure: Failure): Promise<void> {
    this.failure = failure;
    this.gate = await gateOf(failure, (host) => this.#door.tokenPlace(host));
  }
}
