// Which messages of a chat are drawn, since a thousand would freeze a small machine: its end, as a
// rule, or a stretch around something that was looked for. More of both sides comes on the way there.
import type { Message } from '../ipc/wire';

/** Drawn at once: about what a window shows. */
export const FEW = 5;
/** What comes by itself in the frames after, and what is added on demand. */
export const PAGE = 60;
/** Added on the way, as somebody scrolls: more than a screen, and little enough not to be felt. */
export const SOME = 12;

export class Stretch {
  /** Messages that are drawn. */
  #most = $state(FEW);
  /** The place behind the last one; null follows the end. */
  #to = $state<number | null>(null);

  /** Nothing is left out below. */
  get isAtEnd(): boolean {
    return this.#to === null;
  }

  /** The end still wants more of itself drawn. */
  get isGrowing(): boolean {
    return this.#to === null && this.#most < PAGE;
  }

  /** The place of the first one. */
  first(messages: Message[]): number {
    return Math.max(this.#end(messages) - this.#most, 0);
  }

  /** How many are left out below. */
  below(messages: Message[]): number {
    return messages.length - this.#end(messages);
  }

  of(messages: Message[]): Message[] {
    return messages.slice(this.first(messages), this.#end(messages));
  }

  toEnd(): void {
    if (this.#to !== null) this.#most = FEW;
    this.#to = null;
  }

  /** As a chat is opened. */
  begin(): void {
    this.#to = null;
    this.#most = FEW;
  }

  earlier(more: number): void {
    this.#most += more;
  }

  later(messages: Message[], more: number): void {
    const to = Math.min(this.#end(messages) + more, messages.length);
    this.#most += to - this.#end(messages);
    this.#to = to === messages.length ? null : to;
  }

  /** Draws the message at this place and a few around it: with what is drawn where that is near. */
  around(messages: Message[], at: number): void {
    const [first, end] = [this.first(messages), this.#end(messages)];
    const top = Math.max(at - FEW, 0);
    if (at < first && first - at <= PAGE) this.#most = end - top;
    else if (at < first || at >= end) {
      const to = Math.min(at + 2 * FEW, messages.length);
      this.#to = to === messages.length ? null : to;
      this.#most = to - top;
    }
  }

  /** Branches come and go, and may be shorter. */
  #end(messages: Message[]): number {
    return Math.min(this.#to ?? messages.length, messages.length);
  }
}
