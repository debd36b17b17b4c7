// What can be done to a chat from the list. The window does it; the list only asks.
import type { ImportRequest } from '../ipc/wire';

export interface ChatActions {
  open(chat: number): void;
  /** Rejects with a `Failure`, which is shown where the new name was typed. */
  rename(chat: number, title: string): Promise<void>;
  remove(chat: number): void;
  /** Asks into which folder. */
  move(chat: number): void;
  /** Into a folder by its name, or out of its folder. */
  put(chat: number, folder: string | null): void;
  /** Before the others, or among them again. */
  pin(chat: number, pinned: boolean): void;
  /** A copy as a file; of all chats where none is named. */
  copy(chat: number | null): void;
  /** Those that were deleted. */
  trash(): void;
  /** Chats from elsewhere. */
  takeIn(from: ImportRequest): void;
  /** How far that has come. */
  showIntake(): void;
}
