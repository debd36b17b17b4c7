// The list of chats as it is read: those that are pinned, then the folders by their names, then the
// others, newest first, under the day each belongs to.
import type { ChatRow } from '../ipc/wire';
import { ages, type Age } from '../words/time';

export interface Group {
  /** Said by `day.pinned` and so on; a folder says its own. */
  name: Age | 'pinned' | 'folder';
  folder: string | null;
  rows: ChatRow[];
}

export function groupChats(chats: ChatRow[], nowMs: number): Group[] {
  const newest = [...chats].sort((a, b) => b.changedMs - a.changedMs || b.id - a.id);
  const age = ages(nowMs);
  const groups: Group[] = [];
  const pinned = newest.filter((row) => row.pinned);
  if (pinned.length > 0) groups.push({ name: 'pinned', folder: null, rows: pinned });
  const others = newest.filter((row) => !row.pinned);
  const inFolders = new Map<string, ChatRow[]>();
  for (const row of others) {
    if (row.folder === null) continue;
    const rows = inFolders.get(row.folder);
    if (rows) rows.push(row);
    else inFolders.set(row.folder, [row]);
  }
  for (const folder of [...inFolders.keys()].sort((a, b) => a.localeCompare(b))) {
    groups.push({ name: 'folder', folder, rows: inFolders.get(folder) ?? [] });
  }
  for (const row of others) {
    if (row.folder !== null) continue;
    const name = age(row.changedMs);
    const last = groups.at(-1);
    if (last?.name === name) last.rows.push(row);
    else groups.push({ name, folder: null, rows: [row] });
  }
  return groups;
}

/** The folders in which chats lie, by their names. */
export function foldersOf(chats: ChatRow[]): string[] {
  const names = chats.map((row) => row.folder).filter((folder) => folder !== null);
  return [...new Set(names)].sort((a, b) => a.localeCompare(b));
}

export interface Drawn extends Group {
  /** Those of its rows that are drawn. */
  shown: ChatRow[];
}

/** The first `most` of all rows, in their groups; a folded folder shows none. */
export function firstOf(
  groups: Group[],
  most: number,
  isFolded: (group: Group) => boolean,
): Drawn[] {
  const drawn: Drawn[] = [];
  let left = most;
  for (const group of groups) {
    if (left <= 0) break;
    const shown = isFolded(group) ? [] : group.rows.slice(0, left);
    drawn.push({ ...group, shown });
    left -= shown.length;
  }
  return drawn;
}
