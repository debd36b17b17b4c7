// A reply as text for other places. Thoughts stand in it as they do in an exported chat: quoted.
import type { Message } from '../ipc/wire';
import { plainText } from '../markdown/plain';
import { t } from '../words/language.svelte';

export type Form = 'markdown' | 'plain';

export function copyOf(reply: Message, form: Form, withThoughts: boolean): string {
  const isWhole = withThoughts && reply.thinking !== '';
  if (form === 'markdown')
    return isWhole ? `${quoted(reply.thinking)}\n\n${reply.text}` : reply.text;
  const answer = plainText(reply.text);
  return isWhole ? t('copy.whole', { thinking: plainText(reply.thinking), answer }) : answer;
}

function quoted(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
