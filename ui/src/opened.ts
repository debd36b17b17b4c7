// The window over the scripted backend, for tests of the page: opened in a scene, with a clock that
// the test turns, typed and pressed into. Each test begins with none open.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, vi } from 'vitest';
import App from './App.svelte';
import type { Backend } from './lib/ipc/calls';
import { FakeBackend } from './lib/ipc/fake';
import { makeScene, type Scene } from './lib/ipc/fakeScenes';

const PACE = { loadMs: 40, readMs: 10, tokenMs: 10 };
let page: ReturnType<typeof mount> | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    },
  );
});

afterEach(async () => {
  await close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** `change` makes the scene another one. */
export async function open(
  scene: string,
  change: (scene: Scene) => void = () => undefined,
): Promise<FakeBackend> {
  const made = makeScene(scene, Date.now());
  change(made);
  const backend = new FakeBackend(made, PACE);
  await openOver(backend);
  return backend;
}

export async function openOver(backend: Backend): Promise<void> {
  page = mount(App, { target: document.body, props: { backend } });
  await pass(5);
}

export async function close(): Promise<void> {
  if (page) await unmount(page);
  page = undefined;
}

export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  flushSync();
}

export function all(id: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
}

/** The last one. */
export function one(id: string): HTMLElement {
  const found = all(id).at(-1);
  if (!found) throw new Error(`no [data-testid="${id}"] in the page`);
  return found;
}

export function type(text: string): void {
  const field = one('composer') as HTMLTextAreaElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

/** Whether the page left the key to the browser. */
export function press(
  key: string,
  some: KeyboardEventInit = {},
  target: HTMLElement = document.body,
): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...some });
  const isLeft = target.dispatchEvent(event);
  flushSync();
  return isLeft;
}
