// The one owner of the conversation's scroll position. It follows the stream only while the reader
// is at the bottom, and never moves anything otherwise.

export interface Position {
  top: number;
  /** Of the part that is seen. */
  view: number;
  /** Of the whole. */
  height: number;
}

/** Closer to the end than this counts as the end: half a line, in CSS pixels. */
const SLACK = 16;
/** Browsers round scroll positions on fractional screens. */
const ROUNDING = 1;

export function distance(position: Position): number {
  return position.height - position.view - position.top;
}

/** How long after the last touch of wheel, key or finger a move may still be the reader's. */
const HAND_MS = 1000;
/** Keys that scroll, or lead the focus somewhere that is then brought into view. */
const KEYS = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']);

/**
 * Whether to follow after the position changed from `topBefore`. A move upwards by hand is the
 * reader's wish, however small: with a touchpad it begins with a pixel. Without a hand it is content
 * that shrank and grew again before anybody could look.
 */
export function follows(
  followed: boolean,
  topBefore: number,
  now: Position,
  isByHand: boolean,
): boolean {
  const left = distance(now);
  if (left <= ROUNDING) return true;
  if (now.top < topBefore - ROUNDING) return followed && !isByHand;
  if (now.top > topBefore && left <= SLACK) return true;
  return followed;
}

function scrolls({ key, code, target }: KeyboardEvent): boolean {
  // By its place on the board: WebKitGTK calls Shift+Tab "Unidentified".
  if (code === 'Tab' || key === 'Tab') return true;
  const isTyped = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
  return KEYS.has(key) && !isTyped;
}

export class Follow {
  /** At the bottom, and staying there as text comes. */
  following = $state(true);
  /** There is more than a line below what is seen. */
  behind = $state(false);

  #node: HTMLElement | null = null;
  #top = 0;
  /** When the reader's hand was last felt, on the page's clock. */
  #hand = -Infinity;
  /** A button of the mouse is down on it: the bar is drawn, or text marked beyond the edge. */
  #isHeld = false;

  /** To be attached to the scrolling element; its one child is the content. */
  attach = (node: HTMLElement): (() => void) => {
    this.#node = node;
    const onScroll = (): void => this.#moved();
    const onHand = (event: Event): void => {
      if (event instanceof KeyboardEvent && !scrolls(event)) return;
      this.#hand = performance.now();
    };
    const onPress = (event: Event): void => {
      this.#isHeld = true;
      onHand(event);
    };
    // A pointer that moves and holds nothing scrolls nothing. WebKit also tells of moves when text
    // moves below a pointer that rests: they are no hand.
    const onPointer = (event: PointerEvent): void => {
      if (this.#isHeld && event.buttons === 0) this.#isHeld = false;
    };
    const hands = ['wheel', 'touchmove', 'keydown'];
    for (const hand of hands) node.addEventListener(hand, onHand, { passive: true });
    node.addEventListener('pointerdown', onPress, { passive: true });
    // A step with Tab comes from wherever the focus was.
    window.addEventListener('keydown', onHand);
    // A button may be let go beside it, where only the next move tells.
    const pointers = ['pointerup', 'pointercancel', 'pointermove'] as const;
    for (const pointer of pointers) window.addEventListener(pointer, onPointer, { passive: true });
    const sizes = new ResizeObserver(() => this.#settle());
    node.addEventListener('scroll', onScroll, { passive: true });
    sizes.observe(node);
    if (node.firstElementChild) sizes.observe(node.firstElementChild);
    return () => {
      node.removeEventListener('scroll', onScroll);
      for (const hand of hands) node.removeEventListener(hand, onHand);
      node.removeEventListener('pointerdown', onPress);
      window.removeEventListener('keydown', onHand);
      for (const pointer of pointers) window.removeEventListener(pointer, onPointer);
      sizes.disconnect();
      this.#node = null;
    };
  };

  /** To the end, and follow from there: the reader asked, or sent something. */
  toEnd(): void {
    this.following = true;
    this.#settle();
  }

  /** Something is about to open or fold at the reader's wish: stay where it is being read. */
  hold(): void {
    this.following = false;
  }

  /** Brings a place of the content into view, a third below the top; follows no more. */
  bring(place: DOMRect): void {
    const node = this.#node;
    if (!node) return;
    this.hold();
    const view = node.getBoundingClientRect();
    node.scrollTop += place.top - view.top - view.height / 3;
  }

  /** Runs `change`, which adds above what is read, and keeps what is read where it is. */
  async keepBelow(change: () => Promise<void>): Promise<void> {
    const node = this.#node;
    if (!node) return change();
    this.hold();
    const below = node.scrollHeight - node.scrollTop;
    await change();
    node.scrollTop = node.scrollHeight - below;
  }

  #settle(): void {
    const node = this.#node;
    if (!node) return;
    if (this.following) node.scrollTop = node.scrollHeight;
    this.#moved();
  }

  #moved(): void {
    const node = this.#node;
    if (!node) return;
    const now = { top: node.scrollTop, view: node.clientHeight, height: node.scrollHeight };
    const isByHand = this.#isHeld || performance.now() - this.#hand < HAND_MS;
    this.following = follows(this.following, this.#top, now, isByHand);
    this.behind = !this.following && distance(now) > 4 * SLACK;
    this.#top = now.top;
  }
}
