// The projection of what the shell says about the app as a whole: the chats, the models, the
// engine, the notices. Truth lives in Rust; nothing here is ever changed by the page itself, but
// for a notice that was read.
import type {
  AppEvent,
  Arriving,
  ChatRow,
  Download,
  EngineState,
  Failure,
  Manner,
  Model,
  Network,
  Notice,
  Preferences,
  Preset,
} from '../ipc/wire';

export class AppState {
  /** False until the first snapshot: nothing below means anything yet. */
  known = $state(false);
  version = $state('');
  /** In no order; `groups` puts them into one. */
  chats = $state.raw<ChatRow[]>([]);
  models = $state.raw<Model[]>([]);
  /** The id of the model that answers. */
  model = $state('');
  engine = $state.raw<EngineState>({ type: 'off' });
  notices = $state.raw<Notice[]>([]);
  /** Until the first question was ever sent, the page introduces itself. */
  firstRun = $state(false);
  /** Models on their way here, in their order. */
  downloads = $state.raw<Download[]>([]);
  network = $state.raw<Network>({ offline: false, limit: 0, hubs: [], closing: 'ask' });
  /** How replies of the next chat think. */
  manner = $state.raw<Manner | null>(null);
  /** What is said to the model in chats to come. */
  instructions = $state('');
  presets = $state.raw<Preset[]>([]);
  preferences = $state.raw<Preferences | null>(null);
  /** Fewer threads compute, since a battery feeds the machine. */
  isGentle = $state(false);
  /** How far an import of chats has come, while there is one that takes longer than a moment. */
  arriving = $state.raw<Arriving | null>(null);
  /** The window was asked to close while a download is at work. */
  isLeaving = $state(false);
  lastChat: number | null = null;

  apply(event: AppEvent): void {
    switch (event.type) {
      case 'snapshot':
        this.version = event.version;
        this.chats = event.chats;
        this.models = event.models;
        this.model = event.model;
        this.engine = event.engine;
        this.notices = event.notices;
        this.firstRun = event.firstRun;
        this.lastChat = event.lastChat;
        this.downloads = event.downloads;
        this.network = event.network;
        this.manner = event.manner;
        this.instructions = event.instructions;
        this.presets = event.presets;
        this.preferences = event.preferences;
        this.isGentle = event.gentle;
        this.known = true;
        break;
      case 'older':
        this.chats = [...this.chats, ...event.chats];
        break;
      case 'row':
        // Where it stands in the list follows from what it says.
        this.chats = [event.row, ...this.chats.filter(({ id }) => id !== event.row.id)];
        this.firstRun = false;
        break;
      case 'row_gone':
        this.chats = this.chats.filter(({ id }) => id !== event.chat);
        break;
      case 'chats':
        this.chats = event.chats;
        if (event.chats.length > 0) this.firstRun = false;
        break;
      case 'model':
        this.models = event.models;
        this.model = event.model;
        break;
      case 'engine':
        this.engine = event.engine;
        break;
      case 'downloads':
        this.downloads = event.downloads;
        break;
      case 'manner':
        this.manner = event.manner;
        break;
      case 'instructions':
        this.instructions = event.instructions;
        break;
      case 'presets':
        this.presets = event.presets;
        break;
      case 'preferences':
        this.preferences = event.preferences;
        break;
      case 'gentle':
        this.isGentle = event.gentle;
        break;
      case 'files':
        // Of the draft, which is not the list's.
        break;
      case 'network':
        this.network = event.network;
        // Who sets it has answered.
        this.notices = this.notices.filter(
          ({ failure }) => failure.cause?.type !== 'network_unread',
        );
        break;
      case 'arriving':
        this.arriving = event.arriving;
        break;
      case 'leaving':
        this.isLeaving = true;
        break;
      case 'notice':
        this.say(event.notice);
        break;
    }
  }

  /** Something the page itself has to say in the same place. */
  note(failure: Failure): void {
    this.say({ failure });
  }

  /** Once, until it is dismissed. */
  private say(notice: Notice): void {
    const isSaid = this.notices.some(({ failure }) => failure.message === notice.failure.message);
    if (!isSaid) this.notices = [...this.notices, notice];
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((other) => other !== notice);
  }

  /** Models that came and were not looked at yet. */
  get arrived(): number {
    return this.downloads.filter((download) => download.state.type === 'done').length;
  }

  get chosen(): Model | null {
    return this.models.find((model) => model.id === this.model) ?? null;
  }

  /** Sprout answers, which knows sums alone. */
  get isPractising(): boolean {
    return this.known && this.model === 'sprout';
  }

  /** No real R1 is chosen: Sprout, or a model of another kind. */
  get wantsR1(): boolean {
    return (
      this.isPractising || (this.known && this.chosen !== null && this.chosen.stranger !== null)
    );
  }

  /** Models that could answer instead: their files are there. */
  get others(): Model[] {
    return this.models.filter(({ id, about }) => id !== this.model && about.type !== 'gone');
  }

  row(chat: number | null): ChatRow | null {
    return this.chats.find((row) => row.id === chat) ?? null;
  }
}
