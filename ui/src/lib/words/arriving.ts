// How far an import of chats has come, in words.
import type { Arriving } from '../ipc/wire';
import { count, size } from './counts';
import { listed } from './join';
import { t } from './language.svelte';

/** From 0 to 1. */
export function share({ readBytes, bytes }: Arriving): number {
  return bytes === 0 ? 0 : readBytes / bytes;
}

/** "1,240 chats so far · 212 MiB of 500 MiB read". */
export function soFar({ chats, readBytes, bytes }: Arriving): string {
  return listed([
    t('arrivals.soFar', { count: chats, n: count(chats) }),
    t('arrivals.read', { here: size(readBytes), all: size(bytes) }),
  ]);
}
