// Chats as a file: the shell asks where to and writes it; for a copy in HTML the page makes markup of what
// models wrote, since it alone reads their Markdown.
import type { Backend } from './lib/ipc/calls';
import { setTexts } from './lib/markdown/html';

/** All chats where `chat` is null. Resolves when the file is there, or nobody wanted it. */
export async function saveCopy(door: Backend, chat: number | null, name: string): Promise<void> {
  let waiting = await door.call('export_chats', { chat, name });
  while (waiting) {
    const markup = await setTexts(waiting.texts);
    waiting = await door.call('set_copy', { copy: waiting.copy, markup });
  }
}
