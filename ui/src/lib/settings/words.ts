// The data folder and its backups, and how the window is drawn, in words.
import type { DataView, Drawing } from '../ipc/wire';
import { size } from '../words/counts';
import { locale, t } from '../words/language.svelte';

export function dataWords({ folder, chatsBytes }: DataView): string {
  return t('settings.dataNote', { folder, size: size(chatsBytes) });
}

export function backupWords({ backups }: DataView): string {
  const newest = backups.map(({ name }) => /\d{4}-\d{2}-\d{2}/.exec(name)?.[0]).find(Boolean);
  if (newest === undefined) return t('settings.backupsNone');
  // The name has the day in UTC.
  const day = new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeZone: 'UTC' });
  const n = backups.length;
  return t('settings.backupsNote', { count: n, n, day: day.format(Date.parse(newest)) });
}

/** Whether there is something to choose: nothing where the environment decides, or the CPU draws anyway. */
export function hasDrawingChoice({ safe, next, gpu, setOutside }: Drawing): boolean {
  return !setOutside && (gpu || safe || next);
}

/** How it is drawn now and why, and where the next start will do otherwise. */
export function drawingWords({ safe, next, chosen, gpu, setOutside }: Drawing): string {
  if (!gpu && !safe && !next) return t('settings.drawingNone');
  if (setOutside) return t(safe ? 'settings.drawingSafeOutside' : 'settings.drawingOutside');
  if (safe !== next) return t(next ? 'settings.drawingSafeNext' : 'settings.drawingNext');
  if (safe) return t(chosen ? 'settings.drawingSafeChosen' : 'settings.drawingSafe');
  return t('settings.drawingUsual');
}
