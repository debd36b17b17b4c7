// The list of chats as it is read: newest first, under the day each belongs to.
import type { ChatRow } from '../ipc/wire';
import { age, type Age } from '../words/time';

export interface Group {
  age: Age;
  rows: ChatRow[];
}

export function groupByAge(chats: ChatRow[], nowMs: number): Group[] {
  const groups: Group[] = [];
  for (const row of [...chats].sort((a, b) => b.changedMs - a.changedMs)) {
    const name = age(row.changedMs, nowMs);
    const last = groups.at(-1);
    if (last?.age === name) last.rows.push(row);
    else groups.push({ age: name, rows: [row] });
  }
  return groups;
}
