import { describe, expect, it, vi } from 'vitest';
import { FakeKeeping } from '../ipc/fakeKeeping';
import type { Cause, ChatEvent, Message } from '../ipc/wire';
import { AppState } from './app.svelte';
import { ChatState } from './chat.svelte';
import { follows } from './follow.svelte';
import { Question } from './question.svelte';
import { thoughtOf } from './thought';

const NO_FILES = { there: [], reading: [], rereadable: [] };
const EMPTY: Message = {
  id: 2,
  parent: 1,
  siblings: [2],
  role: 'assistant',
  text: '',
  files: [],
  thinking: '',
  state: 'streaming',
  failure: null,
  model: 'Sprout',
  promptTokens: 0,
  cachedTokens: 0,
  thinkingTokens: 0,
  answerTokens: 0,
  thinkingMs: 0,
  answerMs: 0,
  decodePerSecond: 0,
  draftedTokens: 0,
  acceptedTokens: 0,
  closedBy: null,
  leftOut: null,
  createdMs: 0,
};
const { manner: MANNER } = new FakeKeeping();
const ASKED: Message = {
  ...EMPTY,
  id: 1,
  parent: null,
  role: 'user',
  state: 'complete',
  text: '1 + 1?',
};
const ROW = {
  id: 7,
  title: '1 + 1?',
  changedMs: 0,
  replying: true,
  failed: false,
  pinned: false,
  folder: null,
};

function growth(thinking: string, answer: string, some: Partial<Message> = {}): ChatEvent {
  const { thinkingTokens, answerTokens, thinkingMs, answerMs } = { ...EMPTY, ...some };
  const counts = { thinkingTokens, answerTokens, thinkingMs, answerMs };
  return { type: 'growth', message: 2, rethought: false, thinking, answer, ...counts };
}

function chatAfter(...events: ChatEvent[]): ChatState {
  const chat = new ChatState(7);
  const messages = [{ ...ASKED }, { ...EMPTY }];
  chat.apply(
    {
      type: 'snapshot',
      chat: ROW,
      messages,
      phase: null,
      draft: 'next',
      files: NO_FILES,
      manner: MANNER,
      instructions: '',
    },
    0,
  );
  for (const event of events) chat.apply(event, 100);
  return chat;
}

describe('a chat', () => {
  it('begins with everything there is', () => {
    const chat = chatAfter();
    expect(chat.messages.map((message) => message.id)).toEqual([1, 2]);
    expect(chat.draft).toBe('next');
    expect(chat.reply?.id).toBe(2);
  });

  it('grows by what is appended and counts by totals', () => {
    const chat = chatAfter(
      { type: 'phase', message: 2, phase: { type: 'thinking' } },
      growth('One and ', '', { thinkingTokens: 2 }),
      growth('one.', '2', { thinkingTokens: 3, answerTokens: 1 }),
    );
    expect(chat.reply).toMatchObject({ thinking: 'One and one.', text: '2', thinkingTokens: 3 });
    expect(chat.heard).toBe(100);
  });

  it('takes an answer for a thought that proves to be one', () => {
    const rethought = {
      ...growth(' 4', 'It', { thinkingTokens: 3 }),
      rethought: true,
    } as ChatEvent;
    const chat = chatAfter(growth('', 'so'), rethought, growth('', ' is'));
    expect(chat.reply).toMatchObject({ thinking: 'so 4', text: 'It is' });
  });

  it('ends once, with what is on disk', () => {
    const end: Message = { ...EMPTY, state: 'stopped', text: '2', answerTokens: 1 };
    const chat = chatAfter(growth('', '2'), { type: 'end', message: end });
    expect(chat.reply).toBeNull();
    expect(chat.phase).toBeNull();
    expect(chat.messages.at(-1)).toEqual(end);
  });

  it('survives a reload in the middle of a reply', () => {
    const chat = chatAfter(growth('A thought', ''));
    const messages = [ASKED, { ...EMPTY, thinking: 'A thought that went on', thinkingMs: 900 }];
    const phase = { type: 'thinking' } as const;
    chat.apply(
      {
        type: 'snapshot',
        chat: ROW,
        messages,
        phase,
        draft: '',
        files: NO_FILES,
        manner: MANNER,
        instructions: '',
      },
      500,
    );
    chat.apply(growth('.', ''), 600);
    expect(chat.messages).toHaveLength(2);
    expect(chat.reply?.thinking).toBe('A thought that went on.');
  });

  it('hears a message twice as one, and growth of an unknown one not at all', () => {
    const chat = chatAfter({ type: 'message', message: { ...ASKED } });
    chat.apply({ ...growth('x', 'y'), message: 99 } as ChatEvent, 0);
    expect(chat.messages).toHaveLength(2);
    expect(chat.reply?.thinking).toBe('');
  });

  it('shows another branch whole, and says who goes round in circles until the answer comes', () => {
    const chat = chatAfter();
    const other = { ...EMPTY, id: 7, siblings: [2, 7], thinking: 'So far. Wait,' };
    chat.apply({ type: 'branch', messages: [{ ...ASKED }, other] }, 900);
    expect(chat.messages.map(({ id }) => id)).toEqual([1, 7]);
    expect(chat.phase).toEqual({ type: 'waiting' });
    chat.apply({ type: 'looping', message: 7 }, 0);
    expect(chat.looping).toBe(7);
    chat.apply({ ...growth('', 'It is 2.'), message: 7 } as ChatEvent, 0);
    expect(chat.looping).toBeNull();
  });
});

describe('the thinking view', () => {
  const thinking = { type: 'thinking' } as const;
  const answering = { type: 'answering' } as const;

  it('is not there before the first thought', () => {
    expect(thoughtOf(EMPTY, { type: 'loading', progress: 0 }, 0)).toBeNull();
    expect(thoughtOf(EMPTY, null, 0)).toBeNull();
  });

  it('runs with a clock, tokens and the latest words', () => {
    const reply = { ...EMPTY, thinking: 'Let me see.', thinkingTokens: 4, thinkingMs: 1_500 };
    expect(thoughtOf(reply, thinking, 700)).toEqual({
      label: 'Thinking',
      rate: '2.7 tokens/s',
      ended: '',
      isRunning: true,
      clock: '2 s',
      tokens: '4 tokens',
      latest: 'Let me see.',
    });
  });

  it('never steps back when news comes', () => {
    const before = thoughtOf({ ...EMPTY, thinkingMs: 1_900 }, thinking, 150)?.clock;
    const after = thoughtOf({ ...EMPTY, thinkingMs: 1_990 }, thinking, 0)?.clock;
    expect([before, after]).toEqual(['1 s', '1 s']);
  });

  it('folds to what it took when the answer starts', () => {
    const reply = { ...EMPTY, thinking: 'Long.', thinkingMs: 12_300, text: '2' };
    expect(thoughtOf(reply, answering, 9_000)).toMatchObject({
      label: 'Thought for 12 s',
      rate: '',
      isRunning: false,
      clock: '',
      latest: '',
    });
  });

  it.each(['stopped', 'length', 'failed', 'interrupted'] as const)(
    'stands still in a reply that was %s',
    (state) => {
      const reply = { ...EMPTY, state, thinking: 'Half a', thinkingMs: 3_000 };
      expect(thoughtOf(reply, thinking, 5_000)?.label).toBe('Thought for 3 s');
    },
  );
});

describe('the scroll position', () => {
  const at = (top: number, height = 1000) => ({ top, view: 400, height });

  it.each([
    ['stays at the end while text comes', true, 600, at(600, 1030), true],
    ['lets go at the first pixels upwards', true, 600, at(597), false],
    ['is not taken away by text that comes', false, 200, at(200, 3000), false],
    ['is taken up again near the end', false, 500, at(590), true],
    ['is not taken up by a move towards the end', false, 200, at(300), false],
    ['keeps following when content shrinks', true, 600, at(400, 800), true],
    ['does not follow near the end after a small move up', true, 600, at(590), false],
  ])('%s', (_rule, followed, before, now, expected) => {
    expect(follows(followed, before, now, true)).toBe(expected);
  });

  it('is not let go by content that shrinks and grows while nobody touches it', () => {
    expect(follows(true, 1590, at(1550, 2206), false)).toBe(true);
    expect(follows(false, 1590, at(1550, 2206), false)).toBe(false);
  });
});

describe('the question', () => {
  const disk = { code: 'storage', message: 'No space.', hint: null } as const;

  function make(send = vi.fn(async () => 7)) {
    vi.useFakeTimers();
    const save = vi.fn(async (_chat: number | null, _text: string) => undefined);
    return { question: new Question({ send, save }), send, save };
  }

  it('is saved once the typing rests, and when another chat is opened', async () => {
    const { question, save } = make();
    question.edit('a');
    question.edit('ab');
    vi.advanceTimersByTime(1000);
    question.edit('abc');
    question.move(3);
    expect(save.mock.calls).toEqual([
      [null, 'ab'],
      [null, 'abc'],
    ]);
    expect(question.text).toBe('');
    question.move(null);
    expect(question.text).toBe('abc');
  });

  it('leaves a new chat that was begun meanwhile empty, and leads nobody away from it', async () => {
    const { question, save } = make();
    question.edit('What is 47 + 38?');
    const went = question.ask(question.text);
    question.edit('What is 47 + 38? And more');
    // As Ctrl+N does it where a new chat is open already.
    question.move(null);
    expect(question.text).toBe('');
    question.edit('Another');
    expect(await went).toBeNull();
    expect(question.text).toBe('Another');
    expect(save.mock.calls).toEqual([
      [null, 'Another'],
      [7, 'And more'],
    ]);
  });

  it('brings back what could not be sent, before what was written in the new chat', async () => {
    const send = vi.fn(async (): Promise<number> => {
      throw disk;
    });
    const { question } = make(send);
    question.edit('First');
    const went = question.ask('First');
    question.move(null);
    question.edit('Second');
    expect(await went).toBeNull();
    expect(question.text).toBe('First\n\nSecond');
    expect(question.failure).toEqual(disk);
  });

  it('keeps a sentence in the field that no button sent, whatever is begun', async () => {
    const { question } = make();
    question.edit('Half a thought');
    const went = question.ask('An example');
    question.move(null);
    expect(question.text).toBe('Half a thought');
    await went;
    expect(question.text).toBe('Half a thought');
  });

  it('leads nobody back who has looked at another chat', async () => {
    const { question } = make();
    const went = question.ask('One');
    question.move(3);
    question.move(null);
    expect(await went).toBeNull();
    expect(await question.ask('Two')).toBe(7);
  });

  it('takes the draft from disk unless something was typed', () => {
    const { question } = make();
    question.move(3);
    question.offer(3, 'from disk');
    expect(question.text).toBe('from disk');
    question.edit('mine');
    question.offer(3, 'from disk');
    expect(question.text).toBe('mine');
  });

  it('is cleared when it is on disk', async () => {
    const { question, save } = make();
    question.edit('1 + 1?');
    expect(await question.ask('1 + 1?')).toBe(7);
    expect(question.text).toBe('');
    vi.advanceTimersByTime(1000);
    expect(save.mock.calls).toEqual([[null, '']]);
  });

  it('takes what is typed while it is on its way along to the chat that it makes', async () => {
    let land = (_chat: number): void => undefined;
    const send = vi.fn(() => new Promise<number>((resolve) => (land = resolve)));
    const { question } = make(send);
    question.edit('1 + 1?');
    const went = question.ask('1 + 1?');
    question.edit('1 + 1? And 2');
    land(7);
    expect(await went).toBe(7);
    question.move(7);
    question.offer(7, '');
    expect(question.text).toBe('And 2');
    question.move(null);
    expect(question.text).toBe('');
    question.move(7);
    // In a chat that is there it stays in the field.
    question.edit('3?');
    const next = question.ask('3?');
    question.edit('3?4');
    land(7);
    await next;
    expect(question.text).toBe('4');
  });

  it('keeps its words when sending fails', async () => {
    const { question } = make(vi.fn(async () => Promise.reject(disk)));
    question.edit('precious');
    expect(await question.ask('precious')).toBeNull();
    expect([question.text, question.failure, question.sending]).toEqual(['precious', disk, false]);
  });

  it('keeps what failed with the chat that it failed in', async () => {
    const { question } = make(vi.fn(async () => Promise.reject(disk)));
    question.move(3);
    question.edit('later');
    question.queue();
    question.move(4);
    await question.askNext(3);
    expect([question.failure, question.hasFailed(3), question.hasFailed(4)]).toEqual([
      null,
      true,
      false,
    ]);
    question.move(3);
    expect([question.text, question.failure, question.hasFailed(3)]).toEqual([
      'later',
      disk,
      false,
    ]);
    question.move(4);
    question.move(3);
    expect([question.text, question.failure]).toEqual(['later', null]);
  });

  it('is not sent twice, nor empty', async () => {
    const { question, send } = make();
    await Promise.all([question.ask('once'), question.ask('once'), question.ask('  \n')]);
    expect(send).toHaveBeenCalledTimes(1);
  });
});

describe('the app', () => {
  it('introduces itself until there is a chat', () => {
    const app = new AppState();
    app.apply({
      type: 'snapshot',
      version: '1',
      chats: [],
      models: [],
      model: '',
      engine: { type: 'off' },
      notices: [],
      draft: '',
      files: NO_FILES,
      lastChat: null,
      firstRun: true,
      downloads: [],
      network: { offline: false, limit: 0, hubs: [], closing: 'ask' },
      manner: MANNER,
      instructions: '',
      presets: [],
      preferences: new FakeKeeping().preferences,
      gentle: false,
    });
    expect([app.known, app.firstRun]).toEqual([true, true]);
    app.apply({ type: 'older', chats: [{ ...ROW, id: 3 }] });
    app.apply({ type: 'row', row: ROW });
    expect([app.firstRun, app.row(7)?.title]).toEqual([false, '1 + 1?']);
    app.apply({ type: 'row', row: { ...ROW, title: 'Sums' } });
    expect(app.chats.map(({ id, title }) => [id, title])).toEqual([
      [7, 'Sums'],
      [3, ROW.title],
    ]);
    app.apply({ type: 'row_gone', chat: 7 });
    expect(app.row(7)).toBeNull();
  });

  it('says a thing once, until it is dismissed', () => {
    const app = new AppState();
    const failure = { code: 'storage', message: 'No space.', hint: null } as const;
    app.note(failure);
    app.note(failure);
    expect(app.notices).toHaveLength(1);
    app.apply({ type: 'notice', notice: { failure } });
    expect(app.notices).toHaveLength(1);
    app.dismiss(app.notices[0]!);
    expect(app.notices).toEqual([]);
    app.apply({ type: 'notice', notice: { failure } });
    expect(app.notices).toHaveLength(1);
  });
});

describe('what could not be read of the network', () => {
  it('is said until somebody has set it anew', () => {
    const app = new AppState();
    const of = (message: string, cause?: Cause): void =>
      app.note({ code: 'storage', message, hint: null, ...(cause ? { cause } : {}) });
    of('`network.json` cannot be read', { type: 'network_unread', path: '/n', kept: '/k' });
    of('another');
    expect(app.notices).toHaveLength(2);
    const network = { offline: false, limit: 0, hubs: [], closing: 'ask' as const };
    app.apply({ type: 'network', network });
    expect(app.notices.map(({ failure }) => failure.message)).toEqual(['another']);
  });
});
