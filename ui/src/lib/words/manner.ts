// How replies think, in words.
import type { Manner } from '../ipc/wire';
import { tokens } from './counts';
import { t } from './language.svelte';
import { spent } from './time';

/** For the button: "Thinks", "Thinks up to 2 min", "Quick". */
export function mannerWords({ quick, budgetTokens, budgetSeconds }: Manner): string {
  if (quick) return t('manner.quick');
  if (budgetTokens > 0) return t('manner.upTo', { amount: tokens(budgetTokens) });
  if (budgetSeconds > 0) return t('manner.upTo', { amount: spent(budgetSeconds * 1000) });
  return t('manner.free');
}
