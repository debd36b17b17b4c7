// Chats that are brought into the window: from files, a folder or a drop; how far that has come, its end.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Backend, Calls } from './lib/ipc/calls';
import { FakeBackend } from './lib/ipc/fake';
import { makeScene } from './lib/ipc/fakeScenes';
import type { DragEvent } from './lib/ipc/wire';
import { all, one, openOver, pass } from './opened';

/** Asked for chats, from where. */
let asked: Calls['import_chats']['request'][];
let drop: (held: DragEvent) => void;

beforeEach(async () => {
  HTMLElement.prototype.showPopover = () => undefined;
  asked = [];
  const fake = new FakeBackend(makeScene('again', Date.now()), {
    loadMs: 40,
    readMs: 10,
    tokenMs: 10,
  });
  const backend: Backend = {
    call: (name, request) => {
      if (name === 'import_chats') asked.push(request as Calls['import_chats']['request']);
      return fake.call(name, request);
    },
    watch: (name, request, listener, failed) => {
      if (name === 'watch_drag') drop = listener as (held: DragEvent) => void;
      return fake.watch(name, request, listener, failed);
    },
  };
  await openOver(backend);
});

const words = (id: string): string => one(id).textContent?.replace(/\s+/g, ' ').trim() ?? '';

async function begin(from: 'files' | 'folder'): Promise<void> {
  one('import-chats').click();
  await pass(5);
  one(`import-${from}`).click();
  await pass(5);
}

describe('an import', () => {
  it('begins with files or with a folder', async () => {
    await begin('files');
    expect(asked).toEqual([{ type: 'files' }]);
    await pass(10_000);
    await begin('folder');
    expect(asked.at(-1)).toEqual({ type: 'folder' });
    // What ended is not shown any more while the next is under way.
    await pass(300);
    expect(all('arrival')).toEqual([]);
  });

  it('begins with what is dropped, and files of text go with the question', async () => {
    drop({ file: null, what: 'chats', dropped: 7 });
    await pass(5);
    expect(asked).toEqual([{ type: 'dropped', number: 7 }]);
    drop({ file: null, what: 'text', dropped: 8 });
    await pass(5);
    expect(asked).toHaveLength(1);
    expect(all('file')).toHaveLength(1);
  });

  it('says how far it is once it takes longer than a moment, and then what came of it', async () => {
    await begin('files');
    expect(all('arriving')).toEqual([]);
    await pass(500);
    expect(words('arriving')).toContain('124 chats so far, 50 MiB of 500 MiB read');
    const bar = one('arriving').querySelector('[role="progressbar"]');
    expect(bar?.getAttribute('aria-valuenow')).toBe('10');
    expect(words('import-chats')).toBe('Importing… 10 %');
    await pass(10_000);
    expect(all('arriving')).toEqual([]);
    expect(words('arrivals')).toContain('1240 new chats');
    expect(all('arrivals-stopped')).toEqual([]);
    expect(words('import-chats')).toBe('Import…');
  });

  it('goes on where its sheet is closed, which the list opens again', async () => {
    await begin('folder');
    await pass(500);
    one('arrivals-close').click();
    await pass(500);
    expect(all('arriving')).toEqual([]);
    one('import-chats').click();
    await pass(5);
    expect(words('arriving')).toContain('chats so far');
    expect(asked).toHaveLength(1);
  });

  it('is cancelled, and says that what came by then stays', async () => {
    await begin('folder');
    await pass(500);
    one('import-cancel').click();
    await pass(5);
    expect(words('arrivals')).toContain('124 new chats');
    expect(words('arrivals-stopped')).toContain('What was imported by then stays.');
  });
});
