// The list of chats as it is read: those that are pinned, then the others, newest first, under the
// day each belongs to.
import type { ChatRow } from '../ipc/wire';
import { age, type Age } from '../words/time';

export interface Group {
  /** Said by `day.pinned` and so on. */
  name: Age | 'pinned';
  rows: ChatRow[];
}

export function groupChats(chats: ChatRow[], nowMs: number): Group[] {
  const groups: Group[] = [];
  const newest = [...chats].sort((a, b) => b.changedMs - a.changedMs);
  const pinned = newest.filter((row) => row.pinned);
  if (pinned.length > 0) groups.push({ name: 'pinned', rows: pinned });
  for (const row of newest.filter((row) => !row.pinned)) {
    const name = age(row.changedMs, nowMs);
    const last = groups.at(-1);
    if (last?.name === name) last.rows.push(row);
    else groups.push({ name, rows: [row] });
  }
  return groups;
}
