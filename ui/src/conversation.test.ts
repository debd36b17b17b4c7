// What a person can do about a reply, over the scripted backend.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refuses } from './lib/conversation/refusal';
import type { Scene } from './lib/ipc/fakeScenes';
import type { Message } from './lib/ipc/wire';
import { all, close, one, open, pass, press, type } from './opened';

describe('a reply without a word', () => {
  it('says so, with a way on, wherever it stands and whether or not it thought', async () => {
    await open('bare');
    const notes = all('reply-note').map((note) => note.textContent?.replace(/\s+/g, ' ').trim());
    expect(notes).toEqual([
      'The model wrote nothing. Regenerate Think more',
      'The model wrote nothing. Regenerate',
    ]);
    one('ask-again').click();
    await pass(20);
    expect(one('message-assistant').getAttribute('data-state')).toBe('streaming');
  });
});

describe('what a reply took', () => {
  it('is one name, until more is asked for', async () => {
    await open('length');
    const about = one('reply-about');
    expect(about.textContent?.trim()).toBe('Sprout');
    expect(about.getAttribute('aria-expanded')).toBe('false');
    const told = document.getElementById(about.getAttribute('aria-describedby') ?? '');
    expect(told).toBe(one('reply-facts'));
    expect(told?.textContent).toContain('speculative: 22');
    about.click();
    await pass(5);
    expect(about.getAttribute('aria-expanded')).toBe('true');
    press('Escape', {}, about);
    expect(about.getAttribute('aria-expanded')).toBe('false');
  });

  it('has no share of the time in the line of its thinking', async () => {
    await open('answered');
    expect(one('thinking-toggle').textContent).not.toContain('%');
  });

  it('is a speed while the answer comes', async () => {
    await open('answering', ({ chats }) => (chats[0]!.messages.at(-1)!.answerMs = 10_000));
    expect(one('speed').textContent).toBe('9.0 tokens/s');
    expect(all('reply-about')).toHaveLength(0);
  });
});

describe('asking again', () => {
  it('goes to another model, which then answers on', async () => {
    const backend = await open('answered');
    expect(all('again-by').map((choice) => choice.textContent?.trim())[0]).toBe(
      'DeepSeek R1 Distill Qwen 1.5B1.0 GiB',
    );
    one('again-by').click();
    await pass(20);
    expect(backend.scene.model).toContain('Qwen-1.5B');
    await pass(5000);
    expect(one('reply-about').textContent?.trim()).toBe('DeepSeek R1 Distill Qwen 1.5B');
  });

  it('offers no other model where there is none', async () => {
    await open('answered', (scene) => (scene.models = scene.models.slice(0, 1)));
    expect(all('ask-again').length).toBeGreaterThan(0);
    expect(all('again-menu')).toHaveLength(0);
  });
});

describe('a question that comes back', () => {
  it('is gone to, and not the end of the chat', async () => {
    await open('answered');
    all('delete-question')[0]?.click();
    await pass(20);
    const brought: (string | undefined)[] = [];
    HTMLElement.prototype.getBoundingClientRect = function () {
      brought.push(this.dataset['message']);
      return new DOMRect();
    };
    press('z', { ctrlKey: true });
    await pass(20);
    delete (HTMLElement.prototype as Partial<HTMLElement>).getBoundingClientRect;
    const question = all('message-user')[0]?.closest<HTMLElement>('[data-message]');
    expect(brought).toContain(question?.dataset['message']);
  });
});

describe('messages that another reply takes out of sight', () => {
  it('are said to be kept, until the chat is left', async () => {
    await open('answered');
    all('ask-again')[0]?.click();
    await pass(20);
    expect(one('left-behind').textContent).toContain('earlier reply: ‹ 2 of 2 ›.');
    await close();
    await open('answered');
    // The last one has nothing after it.
    all('ask-again').at(-1)?.click();
    await pass(20);
    expect(all('left-behind')).toHaveLength(0);
  });
});

describe('the way to a real R1', () => {
  const real = ({ models }: Scene): string => models.at(-1)?.id ?? '';

  it('stays on the empty place until a real one is chosen', async () => {
    const backend = await open('again');
    await pass(50);
    expect(one('first-best').textContent).toContain('1.5B');
    backend.scene.model = real(backend.scene);
    await backend.call('choose_model', { model: backend.scene.model, held: null });
    await pass(5);
    expect(all('first-look')).toHaveLength(0);
  });

  it('is a button below a reply of Sprout that refuses', async () => {
    await open('refusal');
    await pass(50);
    expect(one('real-offer').textContent).toMatch(/^Get a real R1: .*1\.5B.*, 1\.0 GiB$/);
  });

  it('says that it is coming while it is downloaded', async () => {
    const { scene } = await open('empty');
    await pass(20);
    one('first-get').click();
    await pass(5);
    const { downloads } = scene;
    await close();
    await open('refusal', (scene) => (scene.downloads = downloads));
    await pass(50);
    expect(one('real-offer').textContent).toMatch(/^A real R1 is coming: .*1\.5B/);
    expect(all('real-coming')).toHaveLength(1);
  });

  it('is not offered below a sum, nor when a real one answers', async () => {
    await open('answered');
    expect(all('real-offer')).toHaveLength(0);
    await close();
    await open('refusal', (scene) => (scene.model = real(scene)));
    expect(all('real-offer')).toHaveLength(0);
  });

  it('knows the words in which Sprout refuses', () => {
    const taught = readFileSync(join(import.meta.dirname, '../../sprout/corpus.py'), 'utf8');
    const said = /^REFUSAL = \(\n((?: +".*"\n)+)\)/m.exec(taught)?.[1] ?? '';
    const text = [...said.matchAll(/"(.*)"/g)].map(([, words]) => words).join('');
    expect(refuses({ model: 'Sprout', text } as Message)).toBe(true);
    expect(refuses({ model: 'Sprout', text: '85' } as Message)).toBe(false);
  });

  it('has sums for Sprout, and for a real one what thinking is good for', async () => {
    const backend = await open('again');
    const field = one('composer') as HTMLTextAreaElement;
    expect(field.placeholder).toBe('Type a sum, such as 47 + 38');
    expect(all('example').map((it) => it.textContent)).toContain('What is 47 + 38?');
    await backend.call('choose_model', { model: real(backend.scene), held: null });
    await pass(5);
    expect(field.placeholder).toContain('Ask anything');
    const examples = all('example').map((it) => it.textContent ?? '');
    expect(examples).toHaveLength(3);
    expect(examples.some((words) => /\d \+ \d/.test(words))).toBe(false);
  });
});

describe('typing anywhere', () => {
  const isInField = (): boolean => document.activeElement === one('composer');

  async function elsewhere(): Promise<void> {
    await open('answered');
    one('thinking-toggle').focus();
  }

  it('goes to the field, the first letter too, and pasting', async () => {
    for (const [key, some] of [
      ['w', {}],
      ['W', { shiftKey: true }],
      ['好', {}],
      ['v', { ctrlKey: true }],
      ['Insert', { shiftKey: true }],
    ] as const) {
      await elsewhere();
      const isLeft = press(key, some, one('thinking-toggle'));
      // The browser writes it into what has the focus by then.
      expect([key, isInField(), isLeft]).toEqual([key, true, true]);
      await close();
    }
  });

  it('leaves alone what is no letter, what an input method is at, and what lies above', async () => {
    await elsewhere();
    const button = one('thinking-toggle');
    for (const [key, some] of [
      [' ', {}],
      ['Enter', {}],
      ['ArrowDown', {}],
      ['c', { ctrlKey: true }],
      ['x', { altKey: true }],
      ['n', { isComposing: true }],
      ['Process', {}],
      ['Dead', {}],
    ] as const) {
      press(key, some, button);
      expect([key, isInField()]).toEqual([key, false]);
    }
    const search = one('search');
    search.focus();
    press('w', {}, search);
    expect(document.activeElement).toBe(search);
    const sheet = document.querySelector('dialog');
    sheet?.setAttribute('open', '');
    button.focus();
    press('w', {}, button);
    expect(isInField()).toBe(false);
    sheet?.removeAttribute('open');
  });

  it('goes to the search of a sheet that has one, from its boxes too', async () => {
    await open('again');
    one('settings-open').click();
    await pass(5);
    const search = one('settings-search');
    for (const from of [one('settings'), one('settings-close'), one('setting-battery')]) {
      from.focus();
      expect(press('d', {}, from)).toBe(true);
      expect(document.activeElement).toBe(search);
    }
    const choice = one('setting-theme');
    choice.focus();
    press('d', {}, choice);
    expect(document.activeElement).toBe(choice);
  });

  it('says of a picture that R1 reads text', async () => {
    await open('again');
    const held = (type: string, text: string): Event =>
      Object.assign(new Event('paste', { bubbles: true, cancelable: true }), {
        clipboardData: { getData: () => text, items: [{ type }] },
      });
    one('composer').dispatchEvent(held('text/plain', 'words'));
    await pass(5);
    expect(all('picture-note')).toHaveLength(0);
    one('composer').dispatchEvent(held('image/png', ''));
    await pass(5);
    expect(one('picture-note').textContent).toContain('R1 reads text only');
    type('A cat');
    expect(all('picture-note')).toHaveLength(0);
  });
});

describe('the model below the field', () => {
  it('tells its state and gives its memory back there', async () => {
    await open('answered');
    expect(one('model-button').textContent).toMatch(/Sprout\s+in memory/);
    one('model-unload').click();
    await pass(5);
    expect(one('model-button').textContent).toMatch(/Sprout\s+not loaded/);
    expect(all('model-unload')).toHaveLength(0);
    await close();
    await open('loading');
    expect(one('model-button').textContent).toContain('loading 43 %');
    await close();
    await open('answered', (scene) => (scene.models[0]!.about = { type: 'gone' }));
    expect(one('model-button').textContent).toContain('The file is missing');
  });
});

describe('older messages', () => {
  it('come as somebody scrolls up, and what is read stays where it is', async () => {
    await open('crowded');
    await pass(2000);
    const drawn = (): number => document.querySelectorAll('[data-message]').length;
    const log = document.querySelector<HTMLElement>('.log')!;
    const [earlier] = [...document.querySelectorAll('.earlier')];
    expect(earlier?.textContent).toContain('Show earlier messages');
    const before = drawn();
    // A message is as high as this; no layout is computed here.
    const EACH = 100;
    let top = 5000;
    Object.defineProperties(log, {
      clientHeight: { get: () => 600 },
      scrollHeight: { get: () => drawn() * EACH },
      scrollTop: { get: () => top, set: (to: number) => (top = to) },
    });
    log.dispatchEvent(new Event('wheel'));
    top = 2000;
    log.dispatchEvent(new Event('scroll'));
    await pass(5);
    expect(drawn()).toBe(before);
    top = 500;
    log.dispatchEvent(new Event('scroll'));
    await pass(5);
    expect(drawn()).toBeGreaterThan(before);
    expect(top).toBe(500 + (drawn() - before) * EACH);
  });
});
