// What the picker says of machines, plans and times. Why a model fits is in `rust.ts`; here are the
// short words around that.
import type { Candidate, Fit, MachineView } from '../ipc/wire';
import { rate, size } from './counts';
import { listed, together } from './join';
import { t } from './language.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time that lies ahead, as a person would say it: "40 s", "3 min", "2 h", "3 days". */
export function about(ms: number): string {
  if (ms < SECOND / 2) return t('time.about.instant');
  if (ms <= 90 * SECOND) return t('time.about.seconds', { n: Math.round(ms / SECOND) });
  if (ms < 90 * MINUTE) return t('time.about.minutes', { n: Math.round(ms / MINUTE) });
  if (ms < 36 * HOUR) return t('time.about.hours', { n: Math.round(ms / HOUR) });
  if (ms < 365 * DAY) return t('time.about.days', { n: Math.round(ms / DAY) });
  return t('time.about.years');
}

export function verdict(fit: Fit): string {
  return t(`fit.verdict.${fit.verdict}`);
}

/** "Core i5-8250U, 4 cores, 5.2 GiB of 7.7 GiB of memory free, no GPU that helps." */
export function machineWords(machine: MachineView): string {
  const cores = t('machine.cores', { count: machine.cores, n: machine.cores });
  const memory = t('machine.memory', {
    free: size(machine.availableBytes),
    all: size(machine.totalBytes),
  });
  const gpus = together(machine.gpus.map((gpu) => gpu.description)) || t('machine.noGpu');
  return t('machine.all', { parts: listed([processor(machine.cpu), cores, memory, gpus]) });
}

/** A processor's name without its maker's decoration: "Intel Core i5-8250U". */
export function processor(name: string): string {
  return name
    .replace(/\((R|TM|tm)\)/g, '')
    .replace(/ (CPU )?@.*$| CPU$|( \d+-Core)? Processor$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What the card and the rows say of a time: a dash where there is none. */
export function answer(fit: Fit): string {
  return fit.estimate === null ? '–' : about(fit.estimate.answerMs);
}

/** What stands behind a time. */
export function basis(fit: Fit): string {
  const estimate = fit.estimate;
  if (estimate === null) return t('fit.unmeasured');
  const { promptTokens, thinkingTokens, answerTokens, replies } = estimate;
  const lengths = { prompt: promptTokens, thinking: thinkingTokens, answer: answerTokens };
  return replies === 0
    ? t('fit.computed', lengths)
    : t('fit.learned', { count: replies, n: replies, ...lengths });
}

/** How long a typical answer takes and how fast it comes; empty where that was not measured. */
export function speed({ estimate }: Fit): string {
  if (estimate === null) return '';
  return t('fit.speed', { time: about(estimate.answerMs), rate: rate(estimate.decodePerSecond) });
}

/** What a device of a plan is called. */
export function device(name: string): string {
  return name === 'Memory' ? t('details.memory') : name;
}

export function gpqa(candidate: Candidate): number | null {
  return candidate.lineage?.benchmarks[0]?.value ?? null;
}
