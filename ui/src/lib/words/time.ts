// Durations as people say them, and the day a chat belongs to. Pure: the time comes in.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this a figure would say less than the word. */
export const MOMENT = 100;

/** A finished span: "a moment", "0.4 s", "12 s", "2 min 5 s", "1 h 4 min". */
export function spent(ms: number): string {
  if (ms < MOMENT) return 'a moment';
  if (ms < SECOND) return `${(ms / SECOND).toFixed(1)} s`.replace(/^1\.0/, '1');
  return whole(Math.round(ms / SECOND));
}

/** A span that still runs, in whole seconds that have passed: "0 s", "12 s", "2 min 5 s". */
export function running(ms: number): string {
  return whole(Math.floor(Math.max(ms, 0) / SECOND));
}

function whole(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export type Age = 'Today' | 'Yesterday' | 'Last 7 days' | 'Older';

/** By the calendar of the person, not by 24 hours: one minute past midnight, 23:59 is yesterday. */
export function age(thenMs: number, nowMs: number): Age {
  const today = new Date(nowMs);
  const midnight = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  const dayBefore = (days: number): number =>
    new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() - days).getTime();
  if (thenMs >= midnight.getTime()) return 'Today';
  if (thenMs >= dayBefore(1)) return 'Yesterday';
  if (thenMs >= dayBefore(7)) return 'Last 7 days';
  return 'Older';
}

/** How long until `age` would answer differently for a chat of today. */
export function untilMidnight(nowMs: number): number {
  const now = new Date(nowMs);
  const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  return Math.min(Math.max(next - nowMs, SECOND), DAY + HOUR);
}
