// The colour of a verdict: always beside its word, never in its place.
import type { Verdict } from '../ipc/wire';

export type Tone = 'good' | 'warn' | 'bad' | 'slow';

const TONES: Record<Verdict, Tone> = {
  comfortable: 'good',
  tight: 'warn',
  slow: 'slow',
  too_big: 'bad',
};

export function tone(verdict: Verdict): Tone {
  return TONES[verdict];
}
