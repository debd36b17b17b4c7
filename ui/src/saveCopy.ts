// Chats as a file: the shell asks where to and writes it; for a copy in HTML the page makes markup of what
// models wrote, since it alone reads their Markdown.
import type { Backend } from './lib/ipc/calls';
import { setTexts } from './lib/markdown/html';

/** All chats where `chat` is null. Resolves with the end of the path where the file is; with null where nobody
    wanted it. */
export async function saveCopy(
  door: Backend,
  chat: number | null,
  name: string,
): Promise<string | null> {
  let copying = await door.call('export_chats', { chat, name });
  while (copying?.type === 'to_set') {
    const markup = await setTexts(copying.texts);
    copying = await door.call('set_copy', { copy: copying.copy, markup });
  }
  return copying?.place ?? null;
}
