// The settings in their order, and the choices of those that are chosen from a few. What each means
// is said by the catalogue; here is only which there are.
import type { DataView, Preferences } from '../ipc/wire';
import { TEXT_SIZES } from '../../zoom';
import { LANGUAGES } from '../words/languages';
import { count } from '../words/counts';
import { t } from '../words/language.svelte';
import type { Key } from '../words/languages';

/** A setting is named by its words: `settings.theme`, explained by `settings.themeNote`. */
export type Name =
  | 'language'
  | 'theme'
  | 'text'
  | 'width'
  | 'drawing'
  | 'instructions'
  | 'threads'
  | 'device'
  | 'idle'
  | 'battery'
  | 'context'
  | 'folder'
  | 'network'
  | 'trash'
  | 'data'
  | 'backups'
  | 'shortcuts'
  | 'reports';

export const GROUPS = {
  look: ['language', 'theme', 'text', 'width', 'drawing'],
  answers: ['instructions', 'context'],
  memory: ['device', 'threads', 'battery', 'idle'],
  models: ['folder', 'network'],
  keeping: ['trash', 'data', 'backups'],
  help: ['shortcuts', 'reports'],
} as const satisfies Record<string, Name[]>;

export type Group = keyof typeof GROUPS;

export interface Option {
  value: string;
  words: string;
}

/** A setting that is chosen from a few: its value as text, and what choosing another changes. */
export interface Choice {
  value: string;
  options: Option[];
  change: (value: string) => Partial<Preferences>;
}

const IDLE = [1, 5, 15, 30, 60, 240, 0];
const TRASH = [1, 7, 30, 90, 365, 0];

export function choices(set: Preferences, data: DataView | null): Partial<Record<Name, Choice>> {
  const named = <Value extends string>(values: Value[], key: (value: Value) => Key): Option[] =>
    values.map((value) => ({ value, words: t(key(value)) }));
  const numbers = (usual: number[], now: number, words: (n: number) => string): Option[] =>
    [...new Set([...usual, now])]
      // 0 is for ever, which is longest.
      .sort((a, b) => (a || Infinity) - (b || Infinity))
      .map((n) => ({ value: String(n), words: words(n) }));
  const most = Math.max(data?.mostThreads ?? 1, set.threads ?? 1);
  const threads = Array.from({ length: most }, (_, at) => at + 1);
  return {
    language: {
      value: set.language,
      options: [
        { value: '', words: t('settings.languageSystem') },
        ...Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, words: name })),
      ],
      change: (language) => ({ language }),
    },
    theme: {
      value: set.theme,
      options: named(['system', 'light', 'dark'], (theme) => THEMES[theme]),
      change: (theme) => ({ theme: theme as Preferences['theme'] }),
    },
    text: {
      value: String(set.textPercent),
      options: numbers(TEXT_SIZES, set.textPercent, (n) => t('count.percent', { n: count(n) })),
      change: (percent) => ({ textPercent: Number(percent) }),
    },
    width: {
      value: set.width,
      options: named(['comfortable', 'wide', 'full'], (width) => WIDTHS[width]),
      change: (width) => ({ width: width as Preferences['width'] }),
    },
    device: {
      value: set.device,
      options: named(['best', 'processor'], (device) => DEVICES[device]),
      change: (device) => ({ device: device as Preferences['device'] }),
    },
    threads: {
      value: String(set.threads ?? 0),
      options: [
        { value: '0', words: t('settings.threadsUsual', { n: data?.usualThreads ?? 1 }) },
        ...threads.map((n) => ({ value: String(n), words: count(n) })),
      ],
      change: (n) => ({ threads: n === '0' ? null : Number(n) }),
    },
    idle: {
      value: String(set.idleMinutes),
      options: numbers(IDLE, set.idleMinutes, (n) =>
        n === 0 ? t('settings.idleNever') : t('settings.minutes', { count: n, n }),
      ),
      change: (minutes) => ({ idleMinutes: Number(minutes) }),
    },
    trash: {
      value: String(set.trashDays),
      options: numbers(TRASH, set.trashDays, (n) =>
        n === 0 ? t('settings.trashNever') : t('settings.days', { count: n, n }),
      ),
      change: (days) => ({ trashDays: Number(days) }),
    },
  };
}

const THEMES = {
  system: 'settings.themeSystem',
  light: 'settings.themeLight',
  dark: 'settings.themeDark',
} as const;
const WIDTHS = {
  comfortable: 'settings.widthComfortable',
  wide: 'settings.widthWide',
  full: 'settings.widthFull',
} as const;
const DEVICES = {
  best: 'settings.deviceBest',
  processor: 'settings.deviceProcessor',
} as const;

/** Whether all words of a search stand in what is said of a setting. */
export function isMeant(search: string, said: string): boolean {
  const text = said.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
