// What the sheet of instructions asks of the shell, and what is said of them below the field.
import type { Manner, Preset, Taste } from '../ipc/wire';
import { t } from '../words/language.svelte';

/** Each rejects with a `Failure`; null is the chats to come. */
export interface InstructionsDoor {
  setInstructions: (chat: number | null, text: string) => Promise<void>;
  setManner: (chat: number | null, manner: Manner) => Promise<void>;
  /** In the place of one of the same name. */
  savePreset: (preset: Preset) => Promise<void>;
  removePreset: (name: string) => Promise<void>;
  /** The sheet was closed. */
  done: () => void;
}

export function isAdvised({ taste, advised }: Manner): boolean {
  return (Object.keys(advised) as (keyof Taste)[]).every((key) => taste[key] === advised[key]);
}

/** For the button: what of it was set. */
export function instructionsWords(instructions: string, manner: Manner): string {
  const isOwn = !isAdvised(manner);
  if (instructions !== '') return t(isOwn ? 'about.buttonBoth' : 'about.buttonSet');
  return t(isOwn ? 'about.buttonOwn' : 'about.button');
}
