// Where the scripted backend begins: one scene for each state that the window can be in, so that
// every one of them can be looked at. `npm run dev`, then `?scene=crowded`.
import type { Calls } from './calls';
import { fakeDownloads } from './fakeDownloads';
import type { FakeFiles } from './fakeFiles';
import { emptyMessage } from './fakeReply';
import * as words from './fakeWords';
import type {
  ChatRow,
  Download,
  DragEvent,
  EngineState,
  Failure,
  Message,
  Model,
  Notice,
  Phase,
} from './wire';

export interface SceneChat {
  row: ChatRow;
  messages: Message[];
  phase: Phase | null;
  draft: string;
  deleted?: boolean;
}

/** A chat that begins with this question. */
export function newChat(id: number, text: string): SceneChat {
  const title = text.trim().split('\n')[0]?.slice(0, 60) ?? '';
  const unlike = { replying: false, failed: false, pinned: false, folder: null };
  const row = { id, title, changedMs: Date.now(), ...unlike };
  return { row, messages: [], phase: null, draft: '' };
}

export interface Scene {
  chats: SceneChat[];
  models: Model[];
  model: string;
  engine: EngineState;
  notices: Notice[];
  lastChat: number | null;
  firstRun: boolean;
  downloads: Download[];
  /** Which machine the picker tells of (`fakeSurvey.ts`). */
  machine?: string;
  /** A file held over the window. */
  drag?: DragEvent;
  /** Puts files to drafts and questions. */
  attach?: (files: FakeFiles) => void;
  /** Calls that reject, and with what. */
  refuse?: Partial<Record<keyof Calls, Failure>>;
}

const HOUR = 3_600_000;
const SPROUT: Model = {
  id: 'sprout',
  name: 'Sprout',
  about: { type: 'sprout' },
  bytes: 2_310_144,
  stranger: null,
};
const QWEN: Model = {
  id: '/home/ada/models/DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf',
  name: 'DeepSeek R1 Distill Qwen 1.5B',
  about: { type: 'planned', context: 8192, neededBytes: 1_825_361_100 },
  bytes: 1_117_320_736,
  stranger: null,
};

export const sceneNames = [
  'empty',
  'again',
  'answered',
  'thinking',
  'answering',
  'waiting',
  'loading',
  'reading',
  'stopped',
  'length',
  'interrupted',
  'failed',
  'refused',
  'engine',
  'crowded',
  'hostile',
  'long',
  'notice',
  'nothing',
  'workstation',
  'desktop',
  'busy',
  'shelf',
  'held',
  'branches',
  'mathematics',
  'full',
  'held-other',
  'files',
  'files-large',
  'files-remarks',
  'bare',
  'refusal',
] as const;

export function makeScene(name: string, nowMs: number): Scene {
  const maker = new Maker(nowMs);
  const base: Scene = {
    chats: [],
    models: [SPROUT, QWEN],
    model: 'sprout',
    engine: { type: 'ready', context: 2048 },
    notices: [],
    lastChat: null,
    firstRun: false,
    downloads: [],
  };
  const one = (reply: Partial<Message>, phase: Phase | null = null): Scene => {
    const chat = maker.chat('What is 347 + 285?', 0, [['What is 347 + 285?', reply]]);
    chat.phase = phase;
    chat.row.replying = phase !== null;
    return { ...base, chats: [chat, ...maker.few()], lastChat: chat.row.id };
  };
  const live = { state: 'streaming' as const };
  switch (name) {
    case 'nothing':
    case 'workstation':
    case 'desktop':
    case 'busy':
      return { ...base, firstRun: true, machine: name };
    case 'shelf':
      return { ...base, chats: maker.few(), downloads: fakeDownloads() };
    case 'held':
      return {
        ...base,
        drag: { file: 'DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf', what: 'model', dropped: null },
      };
    case 'held-other':
      return {
        ...base,
        drag: { file: `${'holiday-'.repeat(20)}notes.txt`, what: 'text', dropped: null },
      };
    case 'held-chats':
      return { ...base, drag: { file: 'conversations', what: 'chats', dropped: null } };
    case 'files':
      return maker.withFiles(base, 1);
    case 'files-remarks':
      return maker.withRemarks(base);
    case 'files-large':
      return maker.withFiles(base, 400);
    case 'again':
      return { ...base, chats: maker.few() };
    case 'answered':
      return maker.answered(base);
    case 'mathematics':
      return one({ ...words.sum, text: words.mathematics });
    case 'branches': {
      const scene = one({ ...words.sum, closedBy: 'loop', promptTokens: 310 });
      for (const message of scene.chats[0]?.messages ?? []) {
        message.siblings = [message.id - 100, message.id, message.id + 100];
      }
      return scene;
    }
    case 'full': {
      const scene = maker.answered(base);
      const messages = scene.chats[0]?.messages ?? [];
      const last = messages.at(-1);
      if (last) Object.assign(last, { promptTokens: 1011, leftOut: messages.at(-3)?.id ?? null });
      return scene;
    }
    case 'thinking':
      return one(
        { ...live, thinking: words.thought, thinkingTokens: 152, thinkingMs: 12_400 },
        { type: 'thinking' },
      );
    case 'answering':
      return one(
        { ...words.thoughtDone, ...live, text: words.rich.slice(0, 420), answerTokens: 90 },
        { type: 'answering' },
      );
    case 'waiting':
      return one(live, { type: 'waiting' });
    case 'loading':
      return {
        ...one(live, { type: 'loading', progress: 0.43 }),
        engine: { type: 'loading', progress: 0.43 },
      };
    case 'reading':
      return one(live, { type: 'reading', done: 128, total: 512 });
    case 'stopped':
      return one({ ...words.thoughtDone, state: 'stopped', text: 'The sum is', answerTokens: 3 });
    case 'length':
      return one({ ...words.thoughtDone, state: 'length' });
    case 'bare': {
      // One that thought, and behind it one that did not even do that.
      const scene = one({ ...words.thoughtDone, state: 'complete', closedBy: null });
      const [chat] = scene.chats;
      chat?.messages.push(...maker.turn('And 1 + 1?', {}));
      return scene;
    }
    case 'refusal':
      return one({ ...words.sum, ...words.refusal });
    case 'interrupted':
      return one({ ...words.thoughtDone, state: 'interrupted', text: '347 + 285 =' });
    case 'failed':
      return one({ ...words.thoughtDone, state: 'failed', failure: words.outOfMemory });
    case 'refused':
      return {
        ...base,
        chats: maker.few(),
        refuse: { send: words.diskFull, rename_chat: words.diskFull },
      };
    case 'engine':
      return {
        ...maker.answered(base),
        model: QWEN.id,
        engine: { type: 'failed', failure: words.broken },
      };
    case 'crowded':
      return maker.crowded(base);
    case 'hostile':
      return one({ ...words.thoughtDone, text: words.hostile, answerTokens: 300 });
    case 'long': {
      const chat = maker.chat('A pasted file', 0, [[words.pasted, words.sum]]);
      return { ...base, chats: [chat], lastChat: chat.row.id };
    }
    case 'notice':
      return { ...maker.answered(base), notices: [{ failure: words.newer }] };
    default:
      return { ...base, engine: { type: 'off' }, firstRun: true };
  }
}

class Maker {
  #next = 1;
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  chat(title: string, hoursAgo: number, turns: [string, Partial<Message>][]): SceneChat {
    const changedMs = this.#nowMs - hoursAgo * HOUR;
    const row: ChatRow = {
      id: this.#next++,
      title,
      changedMs,
      replying: false,
      failed: false,
      pinned: false,
      folder: null,
    };
    const messages = turns.flatMap(([question, reply]) => this.turn(question, reply, changedMs));
    return { row, messages, phase: null, draft: '' };
  }

  turn(text: string, reply: Partial<Message>, createdMs = this.#nowMs): Message[] {
    const asked = this.#message({ text, createdMs });
    const written = { role: 'assistant' as const, model: SPROUT.name, parent: asked.id };
    return [asked, this.#message({ ...written, ...reply })];
  }

  few(): SceneChat[] {
    return words.titles
      .slice(0, 6)
      .map((title, at) => this.chat(title, at * 9 + 1, [[title, words.sum]]));
  }

  answered(base: Scene): Scene {
    const chat = this.chat('Trains that meet between two towns', 0, [
      [
        words.trains,
        { ...words.thoughtDone, text: words.rich, answerTokens: 212, answerMs: 33_000 },
      ],
      ['What is 47 + 38?', words.sum],
    ]);
    return { ...base, chats: [chat, ...this.few()], lastChat: chat.row.id };
  }

  /** A question that went with a file, and two files that wait; the first has so many lines. */
  withFiles(base: Scene, lines: number): Scene {
    const chat = this.chat('Whose letter is this?', 0, [['Whose letter is this?', words.sum]]);
    chat.draft = 'And what does the table say?';
    const attach = (files: FakeFiles): void => {
      const asked = chat.messages[0];
      if (asked) asked.files = [files.make('letter to my aunt.txt', words.trains)];
      files.put(
        chat.row.id,
        files.make('potatoes by year.csv', 'year,tonnes\n2025,14\n2026,15\n'.repeat(lines)),
        files.make('来自姑妈的信.pdf', words.trains.repeat(3)),
      );
    };
    return { ...base, chats: [chat, ...this.few()], lastChat: chat.row.id, attach };
  }

  /** Files of whose texts there is something to know. */
  withRemarks(base: Scene): Scene {
    const scene = this.withFiles(base, 1);
    const attach = (files: FakeFiles): void =>
      files.put(
        scene.lastChat,
        files.make('来自姑妈的信.pdf', words.trains, { type: 'pictures', pages: 2, of: 9 }),
        files.make(
          'старое письмо.txt',
          words.trains,
          { type: 'guessed', encoding: 'windows-1251' },
          { type: 'unreadable', bytes: 3 },
        ),
      );
    return { ...scene, attach };
  }

  crowded(base: Scene): Scene {
    const chats = Array.from({ length: 6 }, () => words.titles)
      .flat()
      .map((title, at) => this.chat(title, at * 5, [[title, words.sum]]));
    const turns = Array.from({ length: 80 }, (_, at): [string, Partial<Message>] => [
      words.titles[at % words.titles.length] ?? '',
      at % 3 === 0 ? { ...words.thoughtDone, text: words.rich } : words.sum,
    ]);
    const first = this.chat(words.titles[2] ?? '', 0, turns);
    chats.forEach((chat, at) => (chat.row.replying = at === 1));
    return { ...base, chats: [first, ...chats], lastChat: first.row.id };
  }

  #message(some: Partial<Message>): Message {
    return {
      ...emptyMessage(this.#next++, '', null),
      decodePerSecond: some.role === 'assistant' ? 6.4 : 0,
      siblings: [],
      createdMs: this.#nowMs,
      ...some,
    };
  }
}
