// What the picker says of machines, plans and times. Why a model fits is in `rust.ts`; here are the
// short words around that.
import type { Candidate, Estimate, Fit, GpuView, MachineView } from '../ipc/wire';
import { count, rate, size } from './counts';
import { listed } from './join';
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

/** How long a typical answer takes, and the longest that a hard question may: "about 3 min, at times up
    to 8 min"; "about 3 min" once the model's own replies are alike. As Rust says it (`Estimate::span`). */
export function span({ leastMs, answerMs, mostMs }: Estimate): string {
  /** Ends that are nearer to each other say no more than their middle. */
  const NEAR = 1.5;
  const [typical, most] = [about(answerMs), about(mostMs)];
  if (answerMs >= 365 * DAY) return typical;
  const time = answerMs < SECOND / 2 ? typical : t('time.roughly', { time: typical });
  return typical === most || mostMs <= NEAR * leastMs ? time : t('time.upTo', { time, most });
}

/** Of memory and of time. */
export function verdict({ verdict, exceedsPatience }: Fit): string {
  if (exceedsPatience && verdict === 'comfortable') return t('fit.verdict.late');
  if (exceedsPatience && verdict === 'tight') return t('fit.verdict.tightLate');
  return t(`fit.verdict.${verdict}`);
}

/** "Core i5-8250U, 4 cores, 5.2 of 7.7 GiB of memory free, no GPU that helps." One account for all that
    has memory: "11.0 of 15.6 GiB of memory free + 5.4 GiB on the GTX 1660 Ti". */
export function machineWords(machine: MachineView): string {
  const { availableBytes, totalBytes, gpus } = machine;
  const cores = t('machine.cores', { count: machine.cores, n: machine.cores });
  const [free, all] = withUnitOnce([availableBytes, totalBytes]);
  const memory = t('machine.memory', { free: free ?? '', all: all ?? '' });
  const own = gpus
    .filter(hasOwnMemory)
    .map((gpu) => t('machine.onGpu', { free: size(gpu.freeBytes), gpu: card(gpu.description) }));
  const account = [memory, ...own].join(t('machine.plus'));
  const sharing = gpus
    .filter((gpu) => gpu.sharesMemory)
    .map((gpu) => t('machine.sharing', { gpu: card(gpu.description) }));
  const rest = gpus.length === 0 ? [t('machine.noGpu')] : sharing;
  return t('machine.all', { parts: listed([processor(machine.cpu), cores, account, ...rest]) });
}

/** What there is for models, in numbers alone: "11.0 + 5.4 GiB". */
export function account({ availableBytes, gpus }: MachineView): string {
  const own = gpus.filter(hasOwnMemory).map((gpu) => gpu.freeBytes);
  return withUnitOnce([availableBytes, ...own]).join(' + ');
}

/** What one model needs of it: "Needs 6.2 GiB, 11.0 + 5.4 GiB free". */
export function needed(
  fit: Fit,
  machine: MachineView,
  key: 'needed' | 'memoryOf' = 'needed',
): string {
  return t(`picker.${key}`, { needed: size(fit.neededBytes), free: account(machine) });
}

/** Sizes in a row, each without its unit where the next one has the same. */
function withUnitOnce(bytes: number[]): string[] {
  const sizes = bytes.map(size);
  return sizes.map((size, at) => {
    const [number = '', unit] = size.split(' ');
    return sizes[at + 1]?.split(' ')[1] === unit ? number : size;
  });
}

export function hasOwnMemory(gpu: GpuView): boolean {
  return !gpu.sharesMemory;
}

/** A graphics card by the name that stands on it: "GTX 1660 Ti", "Radeon 780M". */
export function card(name: string): string {
  return processor(name.replace(/\s*\([^)]*\)\s*$/, ''))
    .replace(/^(NVIDIA |AMD |Intel )/, '')
    .replace(/^GeForce (?=[GR]TX )/, '');
}

/** A processor's name without its maker's decoration: "Intel Core i5-8250U". */
export function processor(name: string): string {
  return name
    .replace(/\((R|TM|tm)\)/g, '')
    .replace(/ (CPU )?@.*$| CPU$|( \d+-Core)? Processor$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What a row says of a time: of a typical answer, a dash where there is none. */
export function answer(fit: Fit): string {
  return fit.estimate === null ? '–' : about(fit.estimate.answerMs);
}

/** What stands behind a time. */
export function basis(fit: Fit): string {
  const estimate = fit.estimate;
  if (estimate === null) return t('fit.unmeasured');
  const { promptTokens, thinkingTokens, answerTokens, answerMs, replies } = estimate;
  const values = {
    prompt: count(promptTokens),
    thinking: count(thinkingTokens),
    answer: count(answerTokens),
    time: about(answerMs),
  };
  return replies === 0
    ? t('fit.computed', values)
    : t('fit.learned', { count: replies, n: replies, ...values });
}

/** How long an answer takes and how fast it comes; empty where that was not measured. */
export function speed({ estimate }: Fit): string {
  if (estimate === null) return '';
  return t('fit.speed', { time: span(estimate), rate: rate(estimate.decodePerSecond) });
}

/** What a device of a plan is called. */
export function device(name: string): string {
  return name === 'Memory' ? t('details.memory') : name;
}

export function gpqa(candidate: Candidate): number | null {
  return candidate.lineage?.benchmarks[0]?.value ?? null;
}
