// What the settings ask of the shell.
import type { DataView, Preferences } from '../ipc/wire';

/** Each rejects with a `Failure`. */
export interface SettingsDoor {
  set: (preferences: Preferences) => Promise<void>;
  data: () => Promise<DataView>;
  /** The system's dialog; resolves also when cancelled. */
  chooseFolder: () => Promise<void>;
  backUp: () => Promise<void>;
  showFolder: () => Promise<void>;
  /** From the next start on. */
  setSafeMode: (safe: boolean) => Promise<void>;
}
