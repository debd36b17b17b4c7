// That a copy of chats was written, and where; said for a while.

export class SavedCopy {
  /** Another object each time: one that is saved again is said again. */
  told = $state.raw<{ place: string } | null>(null);

  /** Null where nobody chose a place. */
  tell(place: string | null): void {
    if (place !== null) this.told = { place };
  }

  hide(): void {
    this.told = null;
  }
}
