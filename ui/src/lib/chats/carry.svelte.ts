// A chat that is carried by the mouse from one group of the list to another. By the pointer alone: the
// system's own dragging would end at the shell, which waits there for files. By keys the same is done
// with the menu of a chat.
import type { ChatRow } from '../ipc/wire';

/** So far the pointer moves before a click becomes a carrying, in CSS pixels. */
const SLACK = 6;

export interface Ways {
  /** The chat whose row lies there, if it may be carried. */
  rowAt(target: Element): ChatRow | null;
  /** Whether a chat can be let go on the group of this number. */
  takes(group: number, row: ChatRow): boolean;
  put(group: number, row: ChatRow): void;
}

export class Carry {
  /** Held, and on its way. */
  row = $state.raw<ChatRow | null>(null);
  /** The group that would take it. */
  over = $state<number | null>(null);
  x = $state(0);
  y = $state(0);

  #ways: Ways;
  #pressed: { row: ChatRow; x: number; y: number } | null = null;

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  /** Listens to a list, whose groups carry their number in `data-group`. */
  attach = (list: HTMLElement): (() => void) => {
    const { down, move, up, click, cancel, key } = this.#ears;
    list.addEventListener('pointerdown', down);
    list.addEventListener('click', click, true);
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', cancel);
    window.addEventListener('keydown', key, true);
    return () => {
      list.removeEventListener('pointerdown', down);
      list.removeEventListener('click', click, true);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', cancel);
      window.removeEventListener('keydown', key, true);
    };
  };

  #isClick = true;

  #ears = {
    down: (event: PointerEvent): void => {
      this.#isClick = true;
      // A finger scrolls the list.
      if (event.button !== 0 || event.pointerType === 'touch') return;
      const row = this.#ways.rowAt(event.target as Element);
      if (row) this.#pressed = { row, x: event.clientX, y: event.clientY };
    },
    move: (event: PointerEvent): void => {
      const pressed = this.#pressed;
      if (pressed === null) return;
      const { clientX: x, clientY: y } = event;
      if (this.row === null) {
        if (Math.hypot(x - pressed.x, y - pressed.y) < SLACK) return;
        this.row = pressed.row;
        this.#isClick = false;
      }
      [this.x, this.y] = [x, y];
      const group = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-group]');
      const at = group ? Number(group.dataset['group']) : null;
      this.over = at !== null && this.#ways.takes(at, pressed.row) ? at : null;
    },
    up: (): void => {
      const { row, over } = this;
      this.#letGo();
      if (row !== null && over !== null) this.#ways.put(over, row);
    },
    cancel: (): void => this.#letGo(),
    key: (event: KeyboardEvent): void => {
      if (this.row === null || event.key !== 'Escape') return;
      // It stops no reply.
      event.stopPropagation();
      this.#letGo();
    },
    /** What ends a carrying opens no chat. */
    click: (event: MouseEvent): void => {
      if (this.#isClick) return;
      this.#isClick = true;
      event.stopPropagation();
      event.preventDefault();
    },
  };

  #letGo(): void {
    this.#pressed = null;
    this.row = null;
    this.over = null;
  }
}
