// The window as a whole, over the scripted backend.
import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import type { Backend } from './lib/ipc/calls';
import { sceneNames } from './lib/ipc/fakeScenes';
import { setLanguage } from './lib/words/language.svelte';
import { all, close, one, open, openOver, pass, press, type } from './opened';

describe('the window', () => {
  it('answers an example in the end, with the thinking folded away', async () => {
    await open('empty');
    all('example')[0]?.click();
    await pass(60);
    expect(one('chat-title').textContent).toBe('What is 47 + 38?');
    expect(all('stop')).toHaveLength(1);
    await pass(60);
    expect(one('thinking-label').textContent).toBe('Thinking');
    await pass(5000);
    expect(one('thinking-label').textContent).toMatch(/^Thought for /);
    expect(one('thinking-toggle').getAttribute('aria-expanded')).toBe('false');
    expect(one('answer').textContent?.trim()).toBe('47 + 38 = 85');
    expect(all('send')).toHaveLength(1);
    expect(document.title).toBe('What is 47 + 38?');
  });

  it('leaves the thinking open that the reader opened', async () => {
    await open('empty');
    all('example')[0]?.click();
    await pass(120);
    one('thinking-toggle').click();
    await pass(20);
    expect(one('thinking-text').textContent).toContain('I need 47');
    await pass(5000);
    expect(one('thinking-toggle').getAttribute('aria-expanded')).toBe('true');
    expect(one('thinking-text').textContent).toContain('It holds.');
  });

  it('sends with Enter, but not while an input method composes, nor with Shift', async () => {
    await open('again');
    type('What is 1 + 1?');
    press('Enter', { isComposing: true }, one('composer'));
    press('Enter', { shiftKey: true }, one('composer'));
    await pass(20);
    expect(all('message-user')).toHaveLength(0);
    press('Enter', {}, one('composer'));
    await pass(20);
    expect(one('message-user').textContent).toContain('What is 1 + 1?');
    expect((one('composer') as HTMLTextAreaElement).value).toBe('');
  });

  it('sends nothing that is empty', async () => {
    await open('empty');
    type('  \n ');
    expect((one('send') as HTMLButtonElement).disabled).toBe(true);
    press('Enter', {}, one('composer'));
    await pass(20);
    expect(all('message-user')).toHaveLength(0);
  });

  it('stops with Esc and says so', async () => {
    await open('empty');
    all('example')[0]?.click();
    await pass(150);
    press('Escape');
    await pass(20);
    expect(one('reply-note').textContent).toContain('You stopped this reply.');
    expect(all('send')).toHaveLength(1);
  });

  it('keeps the question and says why when it cannot be sent', async () => {
    await open('refused');
    type('precious');
    one('send').click();
    await pass(20);
    expect(one('composer-failure').textContent).toContain('is full, so nothing is being saved');
    expect((one('composer') as HTMLTextAreaElement).value).toBe('precious');
  });

  it('takes a deleted chat back', async () => {
    await open('again');
    const before = all('chat-row').map((row) => row.textContent);
    press('Delete', {}, one('chat-row').querySelector('button')!);
    await pass(20);
    expect(all('chat-row')).toHaveLength(before.length - 1);
    press('z', { ctrlKey: true });
    await pass(20);
    expect(all('chat-row').map((row) => row.textContent)).toEqual(before);
    expect(all('undo')).toHaveLength(0);
  });

  it('takes back what was deleted, the last first, long after it was said', async () => {
    await open('again');
    const before = all('chat-row').map((row) => row.textContent);
    for (let n = 0; n < 2; n += 1) {
      press('Delete', {}, one('chat-row').querySelector('button')!);
      await pass(9000);
      expect(all('undo')).toHaveLength(0);
    }
    press('z', { ctrlKey: true });
    await pass(20);
    expect(all('chat-row')).toHaveLength(before.length - 1);
    press('z', { ctrlKey: true });
    await pass(20);
    expect(all('chat-row').map((row) => row.textContent)).toEqual(before);
  });

  it('lists a deleted question in the trash, and brings it back', async () => {
    await open('answered');
    const before = all('message-user').length;
    all('delete-question')[0]?.click();
    await pass(9000);
    expect(all('message-user')).toHaveLength(0);
    one('trash-open').click();
    await pass(20);
    expect(one('trash-question').textContent).toContain('km apart');
    expect(one('trash-question').textContent).toContain(one('chat-title').textContent);
    one('trash-restore-question').click();
    await pass(20);
    expect(all('trash-question')).toHaveLength(0);
    expect(one('trash-empty').textContent).toContain('Nothing here.');
    expect(all('message-user')).toHaveLength(before);
    one('trash-close').click();
    // It is back: there is nothing to take back any more.
    press('z', { ctrlKey: true });
    await pass(20);
    expect(all('undo')).toHaveLength(0);
  });

  it('says where it is looked for that a download has no connection, and lets it go', async () => {
    const why = { type: 'no_connection', host: 'huggingface.co' } as const;
    const { scene: first } = await open('empty');
    await pass(20);
    one('first-get').click();
    await pass(5);
    const [download] = first.downloads;
    await close();
    await open('empty', (scene) => {
      const doing = { type: 'waiting', ms: 3000, why } as const;
      const state = {
        type: 'running',
        part: 1,
        parts: 1,
        perSecond: null,
        leftMs: null,
        doing,
      } as const;
      scene.downloads = [{ ...download!, state }];
    });
    await pass(20);
    const words = 'No connection, trying again in 3 s';
    expect(one('first-coming').textContent).toBe(words);
    expect(one('shelf-button').textContent).toContain(words);
    // It is no good news.
    for (const said of [one('first-coming'), one('shelf-button').querySelector('small')])
      expect(said?.classList.contains('held')).toBe(true);
    one('first-pause').click();
    await pass(5);
    expect(one('first-coming').dataset.state).toBe('paused');
    one('first-cancel').click();
    await pass(5);
    expect(all('first-coming')).toHaveLength(0);
    expect(all('first-get')).toHaveLength(1);
  });

  it('renames with F2 and Enter, and not with Esc', async () => {
    await open('answered');
    const name = async (title: string, key: string): Promise<void> => {
      press('F2');
      await pass(5);
      const field = one('rename-input') as HTMLInputElement;
      field.value = title;
      press(key, {}, field);
      await pass(5);
    };
    await name('Two trains', 'Enter');
    expect(one('chat-title').textContent).toBe('Two trains');
    await name('Nothing', 'Escape');
    expect(one('chat-title').textContent).toBe('Two trains');
  });

  it('keeps what was typed in each chat', async () => {
    const backend = await open('answered');
    type('half a question');
    all('new-chat')[0]?.click();
    await pass(5);
    expect((one('composer') as HTMLTextAreaElement).value).toBe('');
    all('chat-row')[0]?.querySelector('button')?.click();
    await pass(5);
    expect((one('composer') as HTMLTextAreaElement).value).toBe('half a question');
    expect(backend.scene.chats[0]?.draft).toBe('half a question');
    expect(backend.scene.lastChat).toBe(backend.scene.chats[0]?.row.id);
  });

  it('asks the same question again after a failure', async () => {
    await open('failed');
    expect(one('reply-note').textContent).toContain('ran out of memory');
    one('ask-again').click();
    await pass(20);
    expect(all('message-user')).toHaveLength(1);
    expect(one('message-assistant').getAttribute('data-state')).toBe('streaming');
  });

  it('answers now when it is asked to, by its button or by Ctrl+Enter', async () => {
    for (const ask of [
      () => one('answer-now').click(),
      () => press('Enter', { ctrlKey: true }, one('composer')),
    ]) {
      await open('empty');
      all('example')[0]?.click();
      await pass(120);
      expect(one('thinking-label').textContent).toBe('Thinking');
      ask();
      await pass(2000);
      expect(one('answer').textContent).toContain('85');
      expect(one('thinking-toggle').textContent).toContain('stopped by you');
      expect(all('answer-now')).toHaveLength(0);
      await close();
    }
  });

  it('asks a question otherwise in its own place, and keeps the old one a step away', async () => {
    await open('again');
    type('What is 1 + 1?');
    press('Enter', {}, one('composer'));
    await pass(5000);
    one('edit-question').click();
    flushSync();
    const field = one('question-edit') as HTMLTextAreaElement;
    expect(field.value).toBe('What is 1 + 1?');
    press('Escape', {}, field);
    expect(all('question-edit')).toHaveLength(0);
    one('edit-question').click();
    flushSync();
    const again = one('question-edit') as HTMLTextAreaElement;
    again.value = 'What is 2 + 3?';
    again.dispatchEvent(new Event('input', { bubbles: true }));
    press('Enter', {}, again);
    await pass(5000);
    expect(all('message-user')).toHaveLength(1);
    expect(one('message-user').textContent).toContain('What is 2 + 3?');
    expect(one('answer').textContent).toContain('5');
    expect(one('branches').textContent).toContain('2 of 2');
  });

  it('continues a reply that was stopped', async () => {
    await open('stopped');
    one('go-on').click();
    await pass(20);
    expect(one('message-assistant').getAttribute('data-state')).toBe('streaming');
    expect(all('reply-note')).toHaveLength(0);
  });

  it('asks what was put in line when the reply has ended, and gives it back before', async () => {
    const backend = await open('empty');
    all('example')[0]?.click();
    await pass(150);
    type('What is 2 + 3?');
    press('Enter', {}, one('composer'));
    await pass(5);
    expect(one('queued').textContent).toContain('What is 2 + 3?');
    expect((one('composer') as HTMLTextAreaElement).value).toBe('');
    expect(backend.scene.chats[0]?.draft).toBe('What is 2 + 3?');
    one('unqueue').click();
    flushSync();
    expect(all('queued')).toHaveLength(0);
    expect((one('composer') as HTMLTextAreaElement).value).toBe('What is 2 + 3?');
    press('Enter', {}, one('composer'));
    await pass(9000);
    expect(all('message-user')).toHaveLength(2);
    expect(all('queued')).toHaveLength(0);
    expect(one('answer').textContent).toContain('5');
    expect(backend.scene.chats[0]?.draft).toBe('');
  });

  it('tells in the list and in its chat of a question in line that could not be asked', async () => {
    const backend = await open('again');
    type('What is 1 + 1?');
    press('Enter', {}, one('composer'));
    await pass(100);
    type('And then?');
    press('Enter', {}, one('composer'));
    flushSync();
    expect(one('queued').textContent).toContain('And then?');
    const own = document.querySelector<HTMLElement>('[data-testid="chat-row"].current');
    const id = own?.dataset.chat;
    const call = backend.call.bind(backend);
    backend.call = ((name: string, request: never) =>
      name === 'send'
        ? Promise.reject({ code: 'storage', message: 'No space.', hint: null })
        : call(name as never, request)) as typeof backend.call;
    all('chat-row')
      .find((row) => row.dataset.chat !== id)
      ?.querySelector<HTMLElement>('.open')
      ?.click();
    await pass(9000);
    expect(all('composer-failure')).toHaveLength(0);
    const marked = all('chat-failed').map((mark) => mark.closest('li')?.dataset.chat);
    expect(marked).toEqual([id]);
    one('chat-failed').closest<HTMLElement>('.open')?.click();
    await pass(100);
    expect(one('composer-failure').textContent).toContain('No space.');
    expect((one('composer') as HTMLTextAreaElement).value).toBe('And then?');
    expect(all('chat-failed')).toHaveLength(0);
  });

  it('finds words in any chat and leads to their place', async () => {
    await open('again');
    press('k', { ctrlKey: true });
    expect(document.activeElement).toBe(one('search'));
    const field = one('search') as HTMLInputElement;
    const look = async (query: string): Promise<void> => {
      field.value = query;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await pass(300);
    };
    await look('nowhere at all');
    expect(one('found-nothing').textContent).toContain('nowhere at all');
    await look('landlord');
    expect(all('hit')).toHaveLength(1);
    press('Enter', {}, field);
    await pass(50);
    expect(one('chat-title').textContent).toContain('landlord');
    press('Escape', {}, field);
    await pass(5);
    expect(all('hit')).toHaveLength(0);
    expect(all('chat-row').length).toBeGreaterThan(2);
  });

  it('sets how replies think', async () => {
    await open('answered');
    expect(one('manner').textContent).toContain('Thinking: unlimited');
    one('manner-quick').click();
    await pass(5);
    expect(one('manner').textContent).toContain('off');
    one('manner-tokens').click();
    await pass(5);
    expect(one('manner').textContent).toContain('up to 1,024 tokens');
  });

  it('says where it happened that a model cannot be opened', async () => {
    await open('empty');
    const field = one('model-path') as HTMLInputElement;
    field.value = '/nowhere.gguf';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    one('model-open').click();
    await pass(5);
    expect(one('model-failure').textContent).toContain('There is no file at /nowhere.gguf.');
  });

  it('numbers the steps of a thought, and counts them when it is over', async () => {
    await open('answered');
    const [label] = all('thinking-steps');
    expect(label?.textContent).toBe('4 steps');
    all('thinking-toggle')[0]?.click();
    flushSync();
    expect(all('thinking-text')[0]?.querySelectorAll('.isNumbered .step')).toHaveLength(4);
  });

  it('copies a reply without its marks, and with its thoughts', async () => {
    const taken: string[] = [];
    vi.stubGlobal('navigator', {
      ...navigator,
      languages: ['en'],
      clipboard: { writeText: async (text: string) => void taken.push(text) },
    });
    await open('answered');
    for (const form of ['copy-plain', 'copy-thoughts', 'copy-plain', 'copy-markdown']) {
      one(form).click();
      await pass(5);
    }
    one('copy-thoughts').click();
    expect(taken).toHaveLength(3);
    expect(taken[0]).toBe('47 + 38 = 85');
    expect(taken[1]).toMatch(/^Thinking:\n\nThe ones: .*\n\nAnswer:\n\n47 \+ 38 = 85$/s);
    expect(taken[2]).toMatch(/^> The ones: .*\n\n47 \+ 38 = \*\*85\*\*$/s);
  });

  it('speaks another language at once, with nothing lost', async () => {
    await open('answered');
    type('half a question');
    one('thinking-toggle').click();
    flushSync();
    setLanguage('zh-Hans');
    flushSync();
    expect(document.documentElement.lang).toBe('zh-Hans');
    expect(one('new-chat').textContent).toContain('新对话');
    expect(one('thinking-label').textContent).toMatch(/^思考了 \d+ 秒$/);
    expect((one('composer') as HTMLTextAreaElement).value).toBe('half a question');
    expect(one('thinking-toggle').getAttribute('aria-expanded')).toBe('true');
    setLanguage('en');
    flushSync();
    expect(one('new-chat').textContent).toContain('New chat');
  });

  it('makes no element of what a model wrote', async () => {
    await open('hostile');
    expect(one('answer').textContent).toContain('<script>alert(1)</script>');
    expect(document.querySelectorAll('script, img, iframe, [onerror], [onload]')).toHaveLength(0);
    const links = [...document.querySelectorAll('a')].map((link) => link.href);
    expect(links.every((href) => href.startsWith('https://'))).toBe(true);
  });

  it.each(sceneNames)('can be shown in the scene %s, each thing named', async (scene) => {
    await open(scene);
    expect(all('composer')).toHaveLength(1);
    const unnamed = [...document.querySelectorAll('button')].filter(
      (button) => !button.textContent?.trim() && !button.getAttribute('aria-label'),
    );
    expect(unnamed).toEqual([]);
  });
});

describe('files', () => {
  it('wait above the field, are read, taken away, and go with the question', async () => {
    await open('files');
    await pass(500);
    expect(all('file-open').map((file) => file.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
      'letter to my aunt.txt 110 B',
      'potatoes by year.csv 28 B · 7 tokens',
      '来自姑妈的信.pdf 330 B · 83 tokens',
    ]);
    one('file-open').click();
    await pass(10);
    expect(one('file-sheet').textContent).toContain('来自姑妈的信.pdf');
    one('file-sheet-close').click();
    all('file-remove')[0]?.click();
    await pass(10);
    expect(all('file-remove')).toHaveLength(1);
    one('send').click();
    await pass(10);
    expect(all('file-remove')).toHaveLength(0);
    expect(all('message-user').at(-1)?.parentElement?.textContent).toContain('来自姑妈的信.pdf');
  });

  it('tell what is to be known of their texts, and can be read with other letters', async () => {
    await open('files-remarks');
    await pass(500);
    expect(all('file-remarks').map((said) => said.textContent)).toEqual([
      '2 of 9 pages are pictures of text',
      'read as Cyrillic (windows-1251), a guess · 3 bytes could not be read',
    ]);
    expect(all('file-letters')).toHaveLength(1);
    expect(one('letters-windows-1251').getAttribute('aria-checked')).toBe('true');
    one('letters-KOI8-R').click();
    await pass(500);
    expect(all('file-remarks').at(-1)?.textContent).toBe('read as Cyrillic (KOI8-R)');
    all('file-open').at(-1)?.click();
    await pass(10);
    expect(one('file-text').textContent).toMatch(/^KOI8-R: /);
  });

  it('that do not fit are told before they are sent, and are not sent', async () => {
    await open('files-large');
    await pass(500);
    expect(one('too-long').textContent).toMatch(
      /^With its files the question has about [\d,]+ tokens/,
    );
    expect((one('send') as HTMLButtonElement).disabled).toBe(true);
    all('file-remove')[0]?.click();
    await pass(500);
    expect(all('too-long')).toHaveLength(0);
    expect((one('send') as HTMLButtonElement).disabled).toBe(false);
  });

  it('of the old wording go with the new one, but for those that are left out', async () => {
    await open('files');
    one('edit-question').click();
    await pass(5);
    expect(document.querySelectorAll('form [data-testid="file-remove"]')).toHaveLength(1);
    one('question-resend').click();
    await pass(5);
    expect(all('message-user').at(-1)?.parentElement?.textContent).toContain('letter to my aunt');
    document.body.querySelector<HTMLElement>('[data-testid="stop"]')?.click();
  });
});

describe('a product that does not come', () => {
  it('is told in the window, with what to do', async () => {
    const failure = {
      code: 'storage' as const,
      message: 'the chats in `/data` cannot be opened',
      hint: 'Check the disk and the rights of that folder.',
    };
    const backend: Backend = {
      call: () => Promise.reject(failure),
      watch: (_name, _request, _listener, failed) => {
        failed(failure);
        return () => undefined;
      },
    };
    await openOver(backend);
    expect(all('notice')).toHaveLength(1);
    expect(one('notice').textContent).toContain('The chats in /data cannot be opened');
    expect(one('notice').textContent).toContain('Check the disk');
  });
});
