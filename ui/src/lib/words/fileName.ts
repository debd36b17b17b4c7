// A file's name from a title: nothing in it that any system forbids, reserves or turns around.
import { t } from './language.svelte';

const LONGEST = 60;

/** Ends in `.md`; "chat.md" where nothing of the title is left. */
export function fileName(title: string): string {
  const words = title
    .replace(/[\p{C}<>:"/\\|?*]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+/, '');
  const short = Array.from(words)
    .slice(0, LONGEST)
    .join('')
    .replace(/[. ]+$/, '');
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(short);
  return `${short === '' || reserved ? t('chats.file') : short}.md`;
}
