// What the scripted backend keeps of settings, instructions, presets and the data folder.
import type { Calls } from './calls';
import type {
  AppEvent,
  ChatEvent,
  CrashReport,
  DataView,
  Drawing,
  Manner,
  Preferences,
  Preset,
  Taste,
} from './wire';

const ADVISED: Taste = { temperature: 0.6, topP: 0.95, topK: 0, minP: 0, repeatPenalty: 1 };

export class FakeKeeping {
  manner: Manner = {
    quick: false,
    budgetTokens: 0,
    budgetSeconds: 0,
    closesLoops: true,
    taste: ADVISED,
    advised: ADVISED,
    room: 4096,
  };
  /** Of the chats to come. */
  instructions = '';
  /** By the chat's id. */
  readonly ofChats = new Map<number, string>();
  presets: Preset[] = [];
  drawing: Drawing = { safe: false, next: false, chosen: false, gpu: true, setOutside: false };
  preferences: Preferences = {
    language: '',
    theme: 'system',
    textPercent: 100,
    width: 'comfortable',
    listFolded: false,
    threads: null,
    device: 'best',
    idleMinutes: 15,
    gentleOnBattery: true,
    trashDays: 30,
    models: null,
  };

  reports: CrashReport[] = [
    {
      name: 'engine-2026-11-24T09-15-02.120Z.txt',
      atMs: Date.UTC(2026, 10, 24, 9, 15, 2),
      what: 'engine stopped: it crashed (signal 11); its last words were `error: device lost`',
      text: `Spud 0.1.0: an engine ended by itself. This report is kept here alone and never sent.

when      2026-11-24T09:15:02.120Z
what      engine stopped: it crashed (signal 11)
doing     writing a reply
ran for   12.4 s
model     "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", 4.4 GiB of weights, 28 layers

The engine's last words, the newest at the end:
error: device lost
`,
    },
    {
      name: 'engine-2026-11-23T20-01-44.007Z.txt',
      atMs: Date.UTC(2026, 10, 23, 20, 1, 44),
      what: 'engine stopped: killed by the system, because the memory ran out',
      text: 'Spud 0.1.0: an engine ended by itself.\n',
    },
  ];

  /** In the place of one of the same name. */
  save(preset: Preset): void {
    const others = this.presets.filter(({ name }) => name !== preset.name);
    this.presets = [...others, { ...preset, name: preset.name.trim() }];
  }

  data(): DataView {
    const folder = '/home/ada/.local/share/spud';
    return {
      folder,
      modelsFolder: this.preferences.models ?? `${folder}/models`,
      usualThreads: 3,
      mostThreads: 8,
      chatsBytes: 5_300_000,
      backups: [
        { name: 'chats-2026-11-24.db', bytes: 5_200_000 },
        { name: 'chats-2026-11-23.db', bytes: 5_100_000 },
      ],
      drawing: this.drawing,
    };
  }
}

type Keeps =
  | 'set_manner'
  | 'set_instructions'
  | 'save_preset'
  | 'remove_preset'
  | 'set_preferences'
  | 'choose_models_folder'
  | 'data_view'
  | 'back_up_now'
  | 'show_data_folder'
  | 'crash_reports'
  | 'delete_crash_report'
  | 'set_safe_mode';

/** The calls that only change what is kept, and whom they tell. */
export function keepingCalls(
  kept: FakeKeeping,
  tellApp: (event: AppEvent) => void,
  tell: (chat: number, event: ChatEvent) => void,
): { [Name in Keeps]: (request: Calls[Name]['request']) => unknown } {
  const tellPresets = (): null => {
    tellApp({ type: 'presets', presets: kept.presets });
    return null;
  };
  return {
    set_manner: ({ chat, manner }) => {
      if (chat === null) {
        kept.manner = manner;
        tellApp({ type: 'manner', manner });
      } else tell(chat, { type: 'manner', manner });
      return null;
    },
    set_instructions: ({ chat, text: instructions }) => {
      const event = { type: 'instructions', instructions } as const;
      if (chat === null) {
        kept.instructions = instructions;
        tellApp(event);
      } else {
        kept.ofChats.set(chat, instructions);
        tell(chat, event);
      }
      return null;
    },
    save_preset: ({ preset }) => {
      kept.save(preset);
      return tellPresets();
    },
    remove_preset: ({ name }) => {
      kept.presets = kept.presets.filter((preset) => preset.name !== name);
      return tellPresets();
    },
    set_preferences: ({ preferences }) => {
      kept.preferences = preferences;
      tellApp({ type: 'preferences', preferences });
      return null;
    },
    choose_models_folder: () => null,
    data_view: () => kept.data(),
    back_up_now: () => null,
    show_data_folder: () => null,
    crash_reports: () => kept.reports,
    delete_crash_report: ({ name }) => {
      kept.reports = kept.reports.filter((report) => report.name !== name);
      return null;
    },
    set_safe_mode: ({ safe }) => {
      kept.drawing = { ...kept.drawing, next: safe, chosen: safe };
      return null;
    },
  };
}
