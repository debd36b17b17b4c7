// How large files are, in tokens of the model that would read them.
import type { Weight } from '../ipc/wire';
import { count, size, tokens } from './counts';
import { t } from './language.svelte';

/** An estimate is told with as many digits as it deserves. */
function rounded(n: number): number {
  return n < 100 ? n : Number(n.toPrecision(2));
}

/** "3 KiB", "3 KiB · 812 tokens", "3 KiB · about 810 tokens". */
export function weightOfFile(bytes: number, files: number | null, isExact: boolean): string {
  if (files === null) return size(bytes);
  const words = isExact ? tokens(files) : t('files.about', { tokens: tokens(rounded(files)) });
  return `${size(bytes)} · ${words}`;
}

/** Why a question with its files cannot be asked, and what to do. */
export function tooLong({ total, room, context, exact }: Weight): string {
  const all = exact ? tokens(total) : t('files.about', { tokens: tokens(rounded(total)) });
  return t('files.tooLong', { tokens: all, context: count(context), room: count(room) });
}
