// What hands do to the window: keys, the right mouse button, the wheel, a chat that is carried.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeBackend } from './lib/ipc/fake';
import { all, one, open as openIn, pass as passTime, press as pressKey } from './opened';
import type { Scene } from './lib/ipc/fakeScenes';
import { sized, zoomKey } from './zoom';

let backend: FakeBackend;

beforeEach(() => {
  // What this page has of popovers is enough to stand in them.
  HTMLElement.prototype.showPopover = () => undefined;
});

const pass = (): Promise<void> => passTime(5);

async function open(scene: string, change?: (scene: Scene) => void): Promise<void> {
  backend = await openIn(scene, change);
}

/** Where the focus is; whether the key was left to the browser. */
async function press(
  key: string,
  some: KeyboardEventInit = {},
  target?: Element,
): Promise<boolean> {
  const at = target ?? document.activeElement ?? document.body;
  const isLeft = pressKey(key, some, at as HTMLElement);
  await pass();
  return isLeft;
}

const rightClick = async (target: Element): Promise<Event> => {
  const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  await pass();
  return event;
};

const textSize = (): string => document.documentElement.style.fontSize;

describe('the size of text', () => {
  it('goes by the sizes of the settings, and no further', () => {
    expect(sized(100, 'larger')).toBe(110);
    expect(sized(120, 'smaller')).toBe(110);
    expect(sized(200, 'larger')).toBe(200);
    expect(sized(75, 'smaller')).toBe(75);
    expect(sized(175, 'usual size')).toBe(100);
    expect(zoomKey(new KeyboardEvent('keydown', { key: '+' }))).toBe(null);
  });

  it('follows Ctrl with +, − and 0, and with the wheel, and is kept', async () => {
    await open('answered');
    await press('+', { ctrlKey: true });
    await press('=', { ctrlKey: true });
    expect(textSize()).toBe('125%');
    await press('-', { ctrlKey: true });
    expect(textSize()).toBe('110%');
    one('settings-open').click();
    await pass();
    const field = one('setting-text') as HTMLSelectElement;
    expect(field.value).toBe('110');
    await press('0', { ctrlKey: true });
    expect(textSize()).toBe('');
    for (const ctrlKey of [false, true]) {
      const turn = new WheelEvent('wheel', { deltaY: -120, cancelable: true });
      window.dispatchEvent(Object.defineProperty(turn, 'ctrlKey', { value: ctrlKey }));
      await pass();
      expect(textSize()).toBe(ctrlKey ? '110%' : '');
    }
  });
});

describe('Ctrl+A', () => {
  it('takes the conversation and nothing around it', async () => {
    await open('answered');
    one('composer').blur();
    expect(await press('a', { ctrlKey: true }, document.body)).toBe(false);
    const { anchorNode } = getSelection()!;
    expect((anchorNode as Element).matches('[data-words]')).toBe(true);
    expect(one('chat-row').closest('[data-words]')).toBe(null);
  });

  it('is the field’s own in a field, and takes a sheet that lies above', async () => {
    await open('answered');
    expect(await press('a', { ctrlKey: true }, one('composer'))).toBe(true);
    one('trash-open').click();
    await pass();
    await press('a', { ctrlKey: true }, document.body);
    expect((getSelection()!.anchorNode as Element).tagName).toBe('DIALOG');
  });
});

describe('the right mouse button', () => {
  it('has no menu where there is nothing to do with words', async () => {
    await open('answered');
    getSelection()?.removeAllRanges();
    expect((await rightClick(one('answer'))).defaultPrevented).toBe(true);
    expect((await rightClick(one('chat-title'))).defaultPrevented).toBe(true);
    expect((await rightClick(one('composer'))).defaultPrevented).toBe(false);
  });

  it('opens the menu of a chat on its row, in which Home and End move', async () => {
    await open('again');
    const title = all('chat-row')[1]!;
    expect((await rightClick(title)).defaultPrevented).toBe(true);
    expect(title.classList.contains('menu')).toBe(true);
    const item = (): string | undefined =>
      (document.activeElement as HTMLElement).dataset['testid'];
    expect(item()).toBe('chat-menu-pin');
    await press('End');
    expect(item()).toBe('chat-menu-delete');
    await press('Home');
    expect(item()).toBe('chat-menu-pin');
    await press('ArrowUp');
    expect(item()).toBe('chat-menu-delete');
  });
});

describe('a menu', () => {
  const menu = (): HTMLElement => one('chat-menu-pin').closest<HTMLElement>('[role="menu"]')!;

  it('marks what the focus is on once a key was struck, however it was opened', async () => {
    await open('again');
    await rightClick(all('chat-row')[1]!);
    expect(menu().classList.contains('isByKeys')).toBe(false);
    await press('End');
    expect(menu().classList.contains('isByKeys')).toBe(true);
    await rightClick(all('chat-row')[0]!);
    expect(menu().classList.contains('isByKeys')).toBe(false);
  });

  it('is closed when the window gets another size', async () => {
    await open('again');
    const hide = vi.fn();
    Object.assign(menu(), { matches: () => true, hidePopover: hide });
    window.dispatchEvent(new Event('resize'));
    expect(hide).toHaveBeenCalledOnce();
  });
});

describe('a panel over the foot of the window', () => {
  const toggle = async (panel: HTMLElement, newState: 'open' | 'closed'): Promise<void> => {
    Object.assign(panel, { matches: () => newState === 'open' });
    panel.dispatchEvent(Object.assign(new Event('toggle'), { newState }));
    await pass();
  };

  it.each([
    ['model-button', 'model-panel'],
    ['manner', 'manner-panel'],
  ])('%s has the focus once it is open, and stays in the window', async (opener, name) => {
    await open('again');
    const [button, panel] = [one(opener), one(name)];
    expect(button.getAttribute('aria-controls')).toBe(panel.id);
    expect(button.getAttribute('aria-expanded')).toBe('false');
    await toggle(panel, 'open');
    expect(document.activeElement).toBe(panel);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    button.getBoundingClientRect = () => new DOMRect(300, 700, 90, 24);
    panel.getBoundingClientRect = () => new DOMRect(300, 200, 200, 400);
    vi.stubGlobal('innerWidth', 420);
    window.dispatchEvent(new Event('resize'));
    expect(panel.style.left).toBe('214px');
    await toggle(panel, 'closed');
    expect(button.getAttribute('aria-expanded')).toBe('false');
  });

  it('has forgotten a path that was begun in it', async () => {
    await open('again');
    const path = one('model-path') as HTMLInputElement;
    path.value = '/half';
    path.dispatchEvent(new Event('input', { bubbles: true }));
    await toggle(one('model-panel'), 'closed');
    expect(path.value).toBe('');
  });
});

describe('the list of chats', () => {
  const focused = (): string | undefined =>
    document.activeElement?.closest<HTMLElement>('[data-chat]')?.dataset['chat'];

  it('shows a title where the pointer rests only if it is cut', async () => {
    await open('again');
    const title = one('chat-row').querySelector<HTMLElement>('.title')!;
    title.dispatchEvent(new PointerEvent('pointerenter'));
    expect(title.title).toBe('');
    Object.defineProperties(title, { scrollWidth: { value: 300 }, clientWidth: { value: 200 } });
    title.dispatchEvent(new PointerEvent('pointerenter'));
    expect(title.title).toBe(title.textContent);
    // What opens there must not be covered.
    title.dispatchEvent(new PointerEvent('pointerdown'));
    expect(title.title).toBe('');
  });

  it('keeps the focus at a chat that is pinned', async () => {
    await open('again');
    const row = all('chat-row').at(-1)!;
    const chat = row.dataset['chat'];
    row.querySelector<HTMLElement>('[data-testid="chat-menu"]')!.click();
    await pass();
    one('chat-menu-pin').click();
    await pass();
    expect(all('chat-row')[0]?.dataset['chat']).toBe(chat);
    expect(focused()).toBe(chat);
  });

  it('puts the caret into “New folder” where there is no other', async () => {
    await open('again', (scene) => {
      for (const chat of scene.chats) chat.row.folder = null;
    });
    one('chat-menu').click();
    await pass();
    one('chat-menu-move').click();
    await pass();
    expect(document.activeElement).toBe(one('folder-name'));
  });

  it('is folded away by Ctrl+B and by its button, and shown again', async () => {
    await open('again');
    const isFolded = (): boolean => document.querySelector('#side')!.classList.contains('folded');
    await press('b', { ctrlKey: true });
    expect(isFolded()).toBe(true);
    one('side-toggle').click();
    await pass();
    expect(isFolded()).toBe(false);
    one('side-hide').click();
    await pass();
    expect(isFolded()).toBe(true);
    // Words that are looked for are found in it.
    await press('k', { ctrlKey: true });
    expect(isFolded()).toBe(false);
  });

  it('lets a chat be carried into a folder, and opens none by that', async () => {
    await open('again', (scene) => {
      scene.chats[0]!.row.folder = 'Tax';
    });
    const folder = one('folder').closest<HTMLElement>('[data-group]')!;
    const row = all('chat-row').find(
      ({ dataset }) => dataset['chat'] !== String(backend.scene.chats[0]!.row.id),
    )!;
    const chat = backend.scene.chats.find((known) => String(known.row.id) === row.dataset['chat'])!;
    document.elementFromPoint = () => folder;
    const title = row.querySelector<HTMLElement>('.open')!;
    const before = one('chat-title').textContent;
    const point = (type: string, clientX: number, target: EventTarget = window): void => {
      target.dispatchEvent(
        new PointerEvent(type, { clientX, clientY: 9, button: 0, bubbles: true }),
      );
    };
    point('pointerdown', 10, title);
    point('pointermove', 12);
    await pass();
    expect(folder.classList.contains('over')).toBe(false);
    point('pointermove', 60);
    await pass();
    expect(folder.classList.contains('over')).toBe(true);
    point('pointerup', 60);
    title.click();
    await pass();
    expect(chat.row.folder).toBe('Tax');
    expect(one('chat-title').textContent).toBe(before);
  });
});
