// What the picker knows: the survey of this machine, and whether one is under way. Plans that are
// asked for while somebody turns a knob are numbered, so that a late one never overwrites a newer.
import type { Candidate, Failure, Fit, FitRequest, Survey } from '../ipc/wire';

export interface PickerCalls {
  survey(again: boolean): Promise<Survey>;
  fit(request: FitRequest): Promise<Fit>;
  setPatience(ms: number): Promise<void>;
  /** The system's dialog; resolves also where nobody chose. */
  chooseFolder(): Promise<void>;
}

export class PickerState {
  survey = $state.raw<Survey | null>(null);
  isLooking = $state(false);
  failure = $state<Failure | null>(null);
  #calls: PickerCalls;
  #asked = 0;
  #isAskedAgain = false;

  constructor(calls: PickerCalls) {
    this.#calls = calls;
  }

  /** Looks at the machine; the first time that takes some seconds. Asked for while it looks, it looks
      once more: what was to be seen may have come in between. */
  async look(again = false): Promise<void> {
    if (this.isLooking) {
      this.#isAskedAgain = true;
      return;
    }
    this.isLooking = true;
    this.failure = null;
    try {
      this.#isAskedAgain = false;
      this.survey = await this.#calls.survey(again);
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false;
        this.survey = await this.#calls.survey(false);
      }
    } catch (thrown) {
      this.failure = thrown as Failure;
    } finally {
      this.isLooking = false;
    }
  }

  /** Looks, unless something is known or told already. */
  lookOnce(): void {
    if (this.survey === null && this.failure === null && !this.isLooking) void this.look();
  }

  /** What was seen is not all that is there any more. */
  renew(): void {
    if (this.survey !== null || this.isLooking) void this.look();
  }

  /** A plan for other settings; null where a newer one was asked for meanwhile. */
  async fit(request: FitRequest): Promise<Fit | null> {
    const number = ++this.#asked;
    const fit = await this.#calls.fit(request);
    return number === this.#asked ? fit : null;
  }

  setPatience(ms: number): Promise<void> {
    return this.#lookAfter(() => this.#calls.setPatience(ms));
  }

  /** Another folder for models, perhaps on another disk. */
  chooseFolder(): Promise<void> {
    return this.#lookAfter(() => this.#calls.chooseFolder());
  }

  async #lookAfter(change: () => Promise<void>): Promise<void> {
    try {
      await change();
      await this.look();
    } catch (thrown) {
      this.failure = thrown as Failure;
    }
  }

  find(id: string | null): Candidate | null {
    return this.survey?.candidates.find((candidate) => candidate.id === id) ?? null;
  }

  get best(): Candidate | null {
    return this.find(this.survey?.advice.best ?? null);
  }
}
