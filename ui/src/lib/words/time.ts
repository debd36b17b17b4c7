// Durations as people say them, and the day a chat belongs to. The time comes in.
import { t } from './language.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this a figure would say less than the word. */
export const MOMENT = SECOND;

/** A finished span: "a moment", "12 s", "2 min 5 s", "1 h 4 min". */
export function spent(ms: number): string {
  if (ms < MOMENT) return t('time.moment');
  return whole(Math.round(ms / SECOND));
}

/** A span that still runs, in whole seconds that have passed: "0 s", "12 s", "2 min 5 s". */
export function running(ms: number): string {
  return whole(Math.floor(Math.max(ms, 0) / SECOND));
}

function whole(seconds: number): string {
  if (seconds < 60) return t('time.seconds', { n: seconds });
  const minutes = Math.floor(seconds / 60);
  const [restMinutes, restSeconds] = [minutes % 60, seconds % 60];
  if (minutes < 60 && restSeconds === 0) return t('time.evenMinutes', { minutes });
  if (minutes < 60) return t('time.minutes', { minutes, seconds: restSeconds });
  const hours = Math.floor(minutes / 60);
  if (restMinutes === 0) return t('time.evenHours', { hours });
  return t('time.hours', { hours, minutes: restMinutes });
}

/** Said by `day.today` and so on. */
export type Age = 'today' | 'yesterday' | 'week' | 'older';

/** By the calendar of the person, not by 24 hours: one minute past midnight, 23:59 is yesterday. */
export function age(thenMs: number, nowMs: number): Age {
  return ages(nowMs)(thenMs);
}

/** `age` for many times: their days are counted once. */
export function ages(nowMs: number): (thenMs: number) => Age {
  const today = new Date(nowMs);
  const daysAgo = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - days).getTime();
  const [midnight, yesterday, week] = [daysAgo(0), daysAgo(1), daysAgo(7)];
  return (thenMs) => {
    if (thenMs >= midnight) return 'today';
    if (thenMs >= yesterday) return 'yesterday';
    return thenMs >= week ? 'week' : 'older';
  };
}

/** How long until `age` would answer differently for a chat of today. */
export function untilMidnight(nowMs: number): number {
  const now = new Date(nowMs);
  const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  return Math.min(Math.max(next - nowMs, SECOND), DAY + HOUR);
}
