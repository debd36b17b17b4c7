import { describe, expect, it } from 'vitest';
import type { ChatRow } from '../ipc/wire';
import { firstOf, groupChats } from './groups';

const NOW = new Date(2026, 10, 24, 12).getTime();

function row(id: number, folder: string | null = null, pinned = false): ChatRow {
  return {
    id,
    title: `Chat ${id}`,
    changedMs: NOW - id,
    replying: false,
    failed: false,
    pinned,
    folder,
  };
}

/** The names of groups with the chats that they show. */
function shown(rows: ChatRow[], most: number, folded = ''): [string, number[]][] {
  const drawn = firstOf(groupChats(rows, NOW), most, ({ folder }) => folder === folded);
  return drawn.map((group) => [group.folder ?? group.name, group.shown.map(({ id }) => id)]);
}

describe('the first of many chats', () => {
  const rows = [row(1, null, true), row(2, 'Work'), row(3, 'Work'), row(4), row(5)];

  it('are taken through the groups in their order', () => {
    expect(shown(rows, 2)).toEqual([
      ['pinned', [1]],
      ['Work', [2]],
    ]);
    expect(shown(rows, 4)).toEqual([
      ['pinned', [1]],
      ['Work', [2, 3]],
      ['today', [4]],
    ]);
    expect(shown(rows, 100).flatMap(([, ids]) => ids)).toEqual([1, 2, 3, 4, 5]);
  });

  it('are none of a folded folder, which is there all the same', () => {
    expect(shown(rows, 2, 'Work')).toEqual([
      ['pinned', [1]],
      ['Work', []],
      ['today', [4]],
    ]);
  });
});
