// The rules of the thinking view, as one pure function: what it is called, whether it still runs,
// whether it is open. It is open exactly when the reader opened it; folding "when the answer
// starts" means that the quiet line loses its latest words and becomes "Thought for 12 s".
import type { Message, Phase } from '../ipc/wire';
import { t } from '../words/language.svelte';
import { countSteps } from '../markdown/reading/steps';
import { latestWords } from '../words/latest';
import { count, rate, tokens } from '../words/counts';
import { MOMENT, running, spent } from '../words/time';

/** News is at most this old when it comes. Left out of the clock, so that it never steps back. */
const NEWS_MS = 200;

export interface Thought {
  label: string;
  isRunning: boolean;
  /** Who closed it, where it was not the model. */
  ended: string;
  /** Tokens per second, while it runs. */
  rate: string;
  /** The clock, while it runs. */
  clock: string;
  tokens: string;
  /** The sentence being thought; empty once the thinking is over. */
  latest: string;
}

/** Null where there is no thinking to show. `sinceHeardMs`: time since the counts were told. */
export function thoughtOf(
  reply: Message,
  phase: Phase | null,
  sinceHeardMs: number,
): Thought | null {
  const isRunning = isThinking(reply, phase);
  if (reply.thinking === '' && !isRunning) return null;
  return {
    label: isRunning
      ? t('thinking.running')
      : reply.thinkingMs < MOMENT
        ? t('thinking.doneAtOnce')
        : t('thinking.done', { time: spent(reply.thinkingMs) }),
    rate: isRunning ? rateIn(reply.thinkingTokens, reply.thinkingMs) : '',
    ended: isRunning ? '' : endOf(reply),
    isRunning,
    clock: isRunning ? running(reply.thinkingMs + Math.max(sinceHeardMs - NEWS_MS, 0)) : '',
    tokens: reply.thinkingTokens > 0 ? tokens(reply.thinkingTokens) : '',
    latest: isRunning ? latestWords(reply.thinking) : '',
  };
}

function endOf({ closedBy }: Message): string {
  return closedBy === null ? '' : t(`thinking.closed.${closedBy}`);
}

/**
 * How many steps a thought took, once it is over. By itself, since it reads the whole thought: not
 * to be asked again while the answer grows. One step is no news.
 */
export function stepWords(thinking: string): string {
  const n = countSteps(thinking);
  return n > 1 ? t('thinking.steps', { count: n, n: count(n) }) : '';
}

/** How fast the answer comes, while it does. */
export function answerRate({ answerTokens, answerMs }: Message): string {
  return rateIn(answerTokens, answerMs);
}

/** Of a second or less a rate would only jump. */
function rateIn(tokens: number, ms: number): string {
  return ms > 1000 && tokens > 0 ? rate(tokens / (ms / 1000)) : '';
}

export function isThinking(reply: Message, phase: Phase | null): boolean {
  return reply.state === 'streaming' && phase?.type === 'thinking' && reply.text === '';
}
