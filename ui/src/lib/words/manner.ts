// How replies think, in words.
import type { Manner } from '../ipc/wire';
import { count } from './counts';
import { spent } from './time';

/** For the button: "Thinks", "Thinks up to 2 min", "Quick". */
export function mannerWords({ quick, budgetTokens, budgetSeconds }: Manner): string {
  if (quick) return 'Quick, without thinking';
  if (budgetTokens > 0) return `Thinks up to ${count(budgetTokens)} tokens`;
  if (budgetSeconds > 0) return `Thinks up to ${spent(budgetSeconds * 1000)}`;
  return 'Thinks first';
}
