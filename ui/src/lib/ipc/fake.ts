// A scripted backend, for `npm run dev` in a plain browser, for tests and screenshots. It keeps the
// contract (a snapshot first, every reply ends once, nothing lost by deleting) and knows no model.
// `?scene=NAME` in the address chooses where it begins (`fakeScenes.ts`).
import type { Backend, Calls, Streams } from './calls';
import { emptyMessage, FakeReply, type Pace } from './fakeReply';
import { fakeConnections, shelfCalls } from './fakeDownloads';
import { FakeFiles, filesCalls } from './fakeFiles';
import { hubCalls } from './fakeHub';
import { intakeCalls } from './fakeIntake';
import { FakeKeeping, keepingCalls } from './fakeKeeping';
import { fakeSearch } from './fakeSearch';
import { FakeSurvey } from './fakeSurvey';
import { noModel } from './fakeWords';
import { makeScene, newChat, type Scene, type SceneChat } from './fakeScenes';
import type {
  AppEvent,
  ChatEvent,
  ChatRow,
  Attached,
  DragEvent,
  Failure,
  Message,
  Network,
} from './wire';

const NOTHING_HELD: DragEvent = { file: null, what: 'text', dropped: null };

/** Milliseconds between two tokens, as on a slow laptop. */
const USUAL_PACE: Pace = { loadMs: 900, readMs: 500, tokenMs: 90 };

export function fakeFromAddress(search: string): FakeBackend {
  const asked = new URLSearchParams(search);
  return new FakeBackend(makeScene(asked.get('scene') ?? 'empty', Date.now()), USUAL_PACE);
}

export class FakeBackend implements Backend {
  readonly scene: Scene;
  readonly #survey: FakeSurvey;
  #pace: Pace;
  #appListeners = new Set<(event: AppEvent) => void>();
  #chatListeners = new Map<number, Set<(event: ChatEvent) => void>>();
  #replies = new Map<number, FakeReply>();
  #next = 1000;
  /** Messages that left their chat, by the first of them. */
  #removed = new Map<number, { chat: SceneChat; messages: Message[] }>();
  /** Of the chat that does not exist yet. */
  #draft = '';
  readonly #kept = new FakeKeeping();
  readonly files = new FakeFiles();
  #network: Network = { offline: false, limit: 0, hubs: [], closing: 'ask' };

  constructor(scene: Scene, pace: Pace) {
    this.scene = scene;
    scene.attach?.(this.files);
    this.#survey = new FakeSurvey(scene.machine ?? 'potato');
    this.#pace = pace;
  }

  async call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]['request'],
  ): Promise<Calls[Name]['response']> {
    const refusal = this.scene.refuse?.[name];
    if (refusal) throw refusal;
    const answer: unknown = this.#calls[name](request as never);
    return answer as Calls[Name]['response'];
  }

  watch<Name extends keyof Streams>(
    name: Name,
    request: Streams[Name]['request'],
    listener: (event: Streams[Name]['event']) => void,
    failed: (failure: Failure) => void,
  ): () => void {
    if (name === 'watch_app') {
      const hear = listener as (event: AppEvent) => void;
      this.#appListeners.add(hear);
      queueMicrotask(() => {
        if (this.#appListeners.has(hear)) hear(this.#appSnapshot());
      });
      return () => this.#appListeners.delete(hear);
    }
    if (name === 'watch_drag') {
      const hear = listener as (event: DragEvent) => void;
      queueMicrotask(() => hear(this.scene.drag ?? NOTHING_HELD));
      return () => undefined;
    }
    return this.#watchChat((request as { chat: number }).chat, listener as never, failed);
  }

  #calls: { [Name in keyof Calls]: (request: Calls[Name]['request']) => unknown } = {
    ...filesCalls(this.files, (chat) => this.#tellFiles(chat)),
    ...intakeCalls((event) => this.#tellApp(event)),
    send: ({ chat: id, text, files }) => {
      const chat = id === null ? this.#newChat(text) : this.#chat(id);
      this.#reply(chat, text, [], this.files.take(id, files));
      this.#tellFiles(id);
      return { chat: chat.row.id };
    },
    stop: ({ chat }) => this.#replies.get(chat)?.stop() ?? null,
    answer_now: ({ chat }) => this.#replies.get(chat)?.answerNow() ?? null,
    ask_instead: ({ message, text, files }) => {
      const chat = this.#chatOf(message);
      const had = chat.messages.find(({ id }) => id === message)?.files ?? [];
      chat.messages = chat.messages.slice(
        0,
        chat.messages.findIndex(({ id }) => id === message),
      );
      this.#tellBranch(chat);
      const kept = had.filter(({ id }) => files.includes(id));
      this.#reply(chat, text, [message], kept);
      return null;
    },
    ask_again: ({ message, model }) => {
      if (model !== null) this.#choose(model);
      return this.#again(message, '');
    },
    go_on: ({ message }) => {
      const chat = this.#chatOf(message);
      const reply = chat.messages.find(({ id }) => id === message)!;
      reply.state = 'streaming';
      this.#tellBranch(chat);
      this.#run(chat, reply, '');
      return null;
    },
    think_more: ({ message }) => {
      const reply = this.#chatOf(message).messages.find(({ id }) => id === message);
      return this.#again(message, `${reply?.thinking ?? ''}\n\nWait,`);
    },
    show_branch: ({ message }) => {
      this.#tellBranch(this.#chatOf(message));
      return null;
    },
    rename_chat: ({ chat, title }) => this.#change(chat, (row) => (row.title = title)),
    pin_chat: ({ chat, pinned }) => this.#change(chat, (row) => (row.pinned = pinned)),
    search: ({ query }) => fakeSearch(this.scene.chats, query),
    delete_chat: ({ chat: id }) => {
      this.#chat(id).deleted = true;
      this.#tellApp({ type: 'row_gone', chat: id });
      this.#tell(id, { type: 'gone' });
      return null;
    },
    restore_chat: ({ chat: id }) => {
      this.#chat(id).deleted = false;
      this.#tellRow(this.#chat(id));
      return null;
    },
    set_folder: ({ chat, folder }) => this.#change(chat, (row) => (row.folder = folder)),
    deleted_chats: () =>
      this.scene.chats
        .filter((chat) => chat.deleted)
        .map(({ row: { id, title, changedMs } }) => ({ id, title, deletedMs: changedMs })),
    deleted_messages: () =>
      [...this.#removed].map(([id, { chat, messages }]) => {
        const { id: chatId, title, changedMs } = chat.row;
        return { id, chat: chatId, title, words: messages[0]!.text, deletedMs: changedMs };
      }),
    erase_chats: ({ chats }) => {
      this.scene.chats = this.scene.chats.filter(({ row }) => !chats.includes(row.id));
      return null;
    },
    remove_message: ({ message }) => {
      const chat = this.#chatOf(message);
      const at = chat.messages.findIndex(({ id }) => id === message);
      this.#removed.set(message, { chat, messages: chat.messages.splice(at) });
      this.#tellBranch(chat);
      return null;
    },
    restore_message: ({ message }) => {
      const removed = this.#removed.get(message)!;
      this.#removed.delete(message);
      removed.chat.messages.push(...removed.messages);
      this.#tellBranch(removed.chat);
      return null;
    },
    save_draft: ({ chat, text }) => {
      if (chat === null) this.#draft = text;
      else this.#chat(chat).draft = text;
      return null;
    },
    remember_chat: ({ chat }) => {
      this.scene.lastChat = chat;
      return null;
    },
    survey: () => this.#survey.survey(),
    fit_model: (request) => this.#survey.fit(request),
    set_patience: ({ patienceMs }) => {
      this.#survey.patienceMs = patienceMs;
      return null;
    },
    unload_model: () => {
      this.scene.engine = { type: 'off' };
      this.#tellApp({ type: 'engine', engine: this.scene.engine });
      return null;
    },
    choose_model: ({ model }) => this.#choose(model),
    browse_model: () => null,
    set_network: ({ network }) => {
      this.#network = network;
      this.#tellApp({ type: 'network', network });
      return null;
    },
    leave: () => null,
    ...shelfCalls(
      () => this.scene,
      () => this.#survey.survey(),
      (event) => this.#tellApp(event),
    ),
    ...hubCalls(
      () => this.scene,
      () => this.#survey.survey(),
      (event) => this.#tellApp(event),
    ),
    ...keepingCalls(
      this.#kept,
      (event) => this.#tellApp(event),
      (chat, event) => this.#tell(chat, event),
    ),
    connections: ({ all }) => fakeConnections(all),
    removal: () => ({ bytes: 1_117_320_736, paths: ['/home/ada/models/r1.gguf'] }),
    remove_model: () => null,
    open_link: () => null,
    painted: () => null,
  };

  #choose(model: string): null {
    if (!this.scene.models.some((known) => known.id === model)) throw noModel(model);
    this.scene.model = model;
    this.#tellApp({ type: 'model', models: this.scene.models, model });
    return null;
  }

  /** Name of the model that answers. */
  get #answering(): string {
    return this.scene.models.find(({ id }) => id === this.scene.model)?.name ?? '';
  }

  #watchChat(
    id: number,
    hear: (event: ChatEvent) => void,
    failed: (failure: Failure) => void,
  ): () => void {
    const listeners = this.#chatListeners.get(id) ?? new Set();
    this.#chatListeners.set(id, listeners.add(hear));
    queueMicrotask(() => {
      if (!listeners.has(hear)) return;
      const chat = this.scene.chats.find((known) => known.row.id === id && !known.deleted);
      if (chat) hear(this.#chatSnapshot(chat));
      else failed({ code: 'not_found', message: 'This chat is no longer there.', hint: null });
    });
    return () => listeners.delete(hear);
  }

  #chatOf(message: number): SceneChat {
    return this.scene.chats.find((chat) => chat.messages.some(({ id }) => id === message))!;
  }

  #tellBranch(chat: SceneChat): void {
    this.#tell(chat.row.id, { type: 'branch', messages: structuredClone(chat.messages) });
  }

  /** Another reply beside one; the old one is not kept here. */
  #again(message: number, thinking: string): null {
    const chat = this.#chatOf(message);
    const old = chat.messages.find(({ id }) => id === message)!;
    const question = chat.messages.find(({ id }) => id === old.parent);
    const reply: Message = {
      ...emptyMessage(this.#next++, '', old.parent),
      role: 'assistant',
      state: 'streaming',
      model: this.#answering,
      thinking,
    };
    reply.siblings = [...new Set([...old.siblings, old.id, reply.id])];
    chat.messages = [...chat.messages.slice(0, chat.messages.indexOf(old)), reply];
    this.#tellBranch(chat);
    this.#run(chat, reply, question?.text ?? '');
    return null;
  }

  #tellFiles(chat: number | null): void {
    const files = this.files.of(chat);
    if (chat === null) this.#tellApp({ type: 'files', files });
    else this.#tell(chat, { type: 'files', files });
  }

  #reply(chat: SceneChat, text: string, siblings: number[], files: Attached[]): void {
    const id = chat.row.id;
    const parent = chat.messages.at(-1)?.id ?? null;
    const question = { ...emptyMessage(this.#next++, text, parent), files };
    question.siblings = [...siblings, question.id];
    chat.messages.push(question);
    this.#tell(id, { type: 'message', message: structuredClone(question) });
    const reply: Message = {
      ...emptyMessage(this.#next++, '', question.id),
      role: 'assistant',
      state: 'streaming',
      model: this.#answering,
    };
    chat.messages.push(reply);
    this.#tell(id, { type: 'message', message: structuredClone(reply) });
    this.#run(chat, reply, text);
  }

  #run(chat: SceneChat, reply: Message, text: string): void {
    const id = chat.row.id;
    chat.row.replying = true;
    chat.row.changedMs = Date.now();
    this.#tellRow(chat);
    const running = new FakeReply(reply, text, this.#pace, (event) => {
      if (event.type === 'phase') chat.phase = event.phase;
      if (event.type === 'end') {
        chat.phase = null;
        chat.row.replying = false;
        this.#replies.delete(id);
        this.#tellRow(chat);
      }
      this.#tell(id, event);
    });
    this.#replies.set(id, running);
    running.start(this.scene.engine.type !== 'ready', (engine) => {
      this.scene.engine = engine;
      this.#tellApp({ type: 'engine', engine });
    });
  }

  #newChat(text: string): SceneChat {
    const chat = newChat(this.#next++, text);
    this.scene.chats.push(chat);
    return chat;
  }

  #chat(id: number): SceneChat {
    const chat = this.scene.chats.find((known) => known.row.id === id);
    if (chat) return chat;
    const failure: Failure = { code: 'not_found', message: 'There is no such chat.', hint: null };
    throw failure;
  }

  #change(id: number, edit: (row: ChatRow) => void): null {
    edit(this.#chat(id).row);
    this.#tellRow(this.#chat(id));
    return null;
  }

  #rows(): ChatRow[] {
    return this.scene.chats.filter((chat) => !chat.deleted).map((chat) => ({ ...chat.row }));
  }

  #appSnapshot(): AppEvent {
    const { models, model, engine, notices, lastChat, firstRun, downloads } = this.scene;
    const chats = this.#rows();
    const version = '0.0.0';
    const network = this.#network;
    const shelf = { downloads: [...downloads], network, manner: this.#kept.manner };
    const around = { version, chats, models, model, engine, notices, lastChat, firstRun, ...shelf };
    const { instructions, presets, preferences } = this.#kept;
    const kept = { instructions, presets, preferences, gentle: false };
    const draft = { draft: this.#draft, files: this.files.of(null) };
    return { type: 'snapshot', ...around, ...kept, ...draft };
  }

  #chatSnapshot({ row, messages, phase, draft }: SceneChat): ChatEvent {
    const { manner } = this.#kept;
    const instructions = this.#kept.ofChats.get(row.id) ?? '';
    const files = this.files.of(row.id);
    const told = { chat: row, messages, phase, draft, files, manner, instructions };
    return structuredClone({ type: 'snapshot', ...told });
  }

  #tellRow({ row }: SceneChat): void {
    this.#tellApp({ type: 'row', row: { ...row } });
  }

  #tellApp(event: AppEvent): void {
    for (const hear of this.#appListeners) hear(event);
  }

  #tell(chat: number, event: ChatEvent): void {
    for (const hear of this.#chatListeners.get(chat) ?? []) hear(event);
  }
}
