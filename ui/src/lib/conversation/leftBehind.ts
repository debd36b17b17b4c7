// Messages that another reply took out of sight: they followed the one that it stands beside.
import type { Message } from '../ipc/wire';

/** The reply that began between `before` and `now` beside one that had something after it; null where
    nothing went out of sight. Who steps from one reply to another knows what they do. */
export function leftBehind(before: Message[], now: Message[]): number | null {
  const last = now.at(-1);
  if (last?.state !== 'streaming') return null;
  const at = before.findIndex(({ id }) => id !== last.id && last.siblings.includes(id));
  return at >= 0 && at < before.length - 1 ? last.id : null;
}
