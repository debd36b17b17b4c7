// The ledger in the page: the latest at first, all when they are asked for, and from when they are.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { fakeConnections } from '../ipc/fakeDownloads';
import Connections from './Connections.svelte';

let view: ReturnType<typeof mount> | undefined;

afterEach(async () => {
  if (view) await unmount(view);
  view = undefined;
});

async function settle(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
  flushSync();
}

it('shows every connection that was ever made', async () => {
  const connections = vi.fn((all: boolean) => Promise.resolve(fakeConnections(all)));
  view = mount(Connections, { target: document.body, props: { connections } });
  const details = document.querySelector('details');
  if (!details) throw new Error('nothing to open');
  details.open = true;
  details.dispatchEvent(new Event('toggle'));
  await settle();
  expect(document.querySelectorAll('tbody tr')).toHaveLength(2);
  expect(document.body.textContent).not.toContain('These are all');
  document.querySelector<HTMLElement>('[data-testid="all-connections"]')?.click();
  await settle();
  expect(connections).toHaveBeenLastCalledWith(true);
  expect(document.querySelectorAll('tbody tr')).toHaveLength(3);
  expect(document.body.textContent).toContain('modelscope.cn');
  expect(document.body.textContent).toContain(
    'This is the whole list, from the first connection on Jan 2, 2026',
  );
});
