// Who moves the conversation: a hand, or text that grows and shrinks. On an element whose sizes the
// test sets, since no layout is computed here.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Follow } from './follow.svelte';

const VIEW = 500;
let settle: () => void;
let node: HTMLElement;
let follow: Follow;
let end: () => void;
let height = 0;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(told: () => void) {
        settle = told;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
  node = document.createElement('div');
  node.append(document.createElement('div'));
  document.body.append(node);
  let top = 0;
  Object.defineProperties(node, {
    clientHeight: { get: () => VIEW },
    scrollHeight: { get: () => height },
    // As browsers do: never beyond the end.
    scrollTop: {
      get: () => Math.min(top, height - VIEW),
      set: (to: number) => (top = Math.max(Math.min(to, height - VIEW), 0)),
    },
  });
  follow = new Follow();
  end = follow.attach(node);
  grow(2000);
});

afterEach(() => {
  end();
  node.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The text is as high as this now; the browser tells of it. */
function grow(to: number): void {
  height = to;
  settle();
}

/** The bar moves up by itself, and grows back before the page is told: Markdown that is set anew. */
function shrink(): void {
  const before = height;
  height -= 40;
  node.scrollTop = height;
  height = before;
  node.dispatchEvent(new Event('scroll'));
}

function pointer(kind: string, buttons: number, to: EventTarget = node): void {
  to.dispatchEvent(new PointerEvent(kind, { bubbles: true, buttons }));
}

describe('the conversation', () => {
  it('is followed while a pointer rests on it and the text moves below', () => {
    pointer('pointermove', 0);
    shrink();
    expect(follow.following).toBe(true);
    grow(2300);
    expect(node.scrollTop).toBe(2300 - VIEW);
  });

  it('is let go by a wheel, and by a key that scrolls', () => {
    for (const hand of [new Event('wheel'), new KeyboardEvent('keydown', { key: 'PageUp' })]) {
      follow.toEnd();
      node.dispatchEvent(hand);
      shrink();
      expect(follow.following).toBe(false);
    }
  });

  it('is let go by a bar that is drawn, however long it was held before', () => {
    pointer('pointerdown', 1);
    vi.advanceTimersByTime(5000);
    shrink();
    expect(follow.following).toBe(false);
  });

  it('is followed again when the button was let go elsewhere', () => {
    pointer('pointerdown', 1);
    vi.advanceTimersByTime(5000);
    pointer('pointermove', 0, window);
    shrink();
    expect(follow.following).toBe(true);
  });
});
