// The colour of a verdict: always beside its word, never in its place.
import type { Fit, Verdict } from '../ipc/wire';

export type Tone = 'good' | 'warn' | 'bad' | 'slow';

const TONES: Record<Verdict, Tone> = {
  comfortable: 'good',
  tight: 'warn',
  slow: 'slow',
  too_big: 'bad',
};

/** Green is for what fits and answers in time. */
export function tone({ verdict, exceedsPatience }: Fit): Tone {
  return verdict === 'comfortable' && exceedsPatience ? 'warn' : TONES[verdict];
}
