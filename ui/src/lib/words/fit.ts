// What the picker says of machines, plans and times. The reasons themselves come from Rust; here
// are the short words around them.
import type { Candidate, Fit, MachineView, Verdict } from '../ipc/wire';
import { size } from './counts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time that lies ahead, as a person would say it: "40 s", "3 min", "2 h", "3 days". */
export function about(ms: number): string {
  if (ms < SECOND / 2) return 'under 1 s';
  if (ms <= 90 * SECOND) return `${Math.round(ms / SECOND)} s`;
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`;
  if (ms < 365 * DAY) return `${Math.round(ms / DAY)} days`;
  return 'years';
}

const VERDICTS: Record<Verdict, string> = {
  comfortable: 'Comfortable',
  tight: 'Tight',
  slow: 'From the disk',
  too_big: 'Too big',
};

export function verdict(fit: Fit): string {
  return VERDICTS[fit.verdict];
}

/** "Core i5-8250U, 4 cores, 5.2 GiB of 7.7 GiB of memory free, no GPU that helps." */
export function machineWords(machine: MachineView): string {
  const cores = machine.cores === 1 ? '1 core' : `${machine.cores} cores`;
  const memory = `${size(machine.availableBytes)} of ${size(machine.totalBytes)} of memory free`;
  const gpus = machine.gpus.map((gpu) => gpu.description).join(' and ');
  const parts = [processor(machine.cpu), cores, memory, gpus || 'no GPU that Spud can use'];
  return `${parts.filter((part) => part !== '').join(', ')}.`;
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
  if (estimate === null) return 'How fast it is was not measured.';
  const { promptTokens, thinkingTokens, answerTokens, replies } = estimate;
  const lengths = `${promptTokens} tokens of question, ${thinkingTokens} of thinking, ${answerTokens} of answer`;
  return replies === 0
    ? `Computed from this machine's measured speed; assumes ${lengths}.`
    : `Learned from ${replies} ${replies === 1 ? 'reply' : 'replies'} here; ${lengths}.`;
}

export function gpqa(candidate: Candidate): number | null {
  return candidate.lineage?.benchmarks[0]?.value ?? null;
}
