// Where the list of chats is: beside the conversation where there is room, unless it was folded away for
// good; else over the conversation while it is wanted.

export interface Fold {
  /** As it is kept. */
  isFolded(): boolean;
  fold(isFolded: boolean): void;
}

export class Side {
  /** There is no room beside the conversation. */
  isNarrow = $state(false);
  #isWanted = $state(false);
  #kept: Fold;

  constructor(kept: Fold) {
    this.#kept = kept;
  }

  /** It lies over the conversation. */
  get isOver(): boolean {
    return this.#isWanted && this.isNarrow;
  }

  get isFolded(): boolean {
    return !this.isNarrow && this.#kept.isFolded();
  }

  get isBeside(): boolean {
    return !this.isNarrow && !this.isFolded;
  }

  get isShown(): boolean {
    return this.isNarrow ? this.#isWanted : this.isBeside;
  }

  show(): void {
    if (this.isNarrow) this.#isWanted = true;
    else if (this.isFolded) this.#kept.fold(false);
  }

  hide(): void {
    if (this.isNarrow) this.#isWanted = false;
    else this.#kept.fold(true);
  }

  /** Something was chosen: it lies over the conversation no longer. */
  leave(): void {
    this.#isWanted = false;
  }

  toggle(): void {
    if (this.isShown) this.hide();
    else this.show();
  }
}
