// What models and programs are called. Names of products are the same everywhere; what is said around
// them is not.
import type { Distilled, Holder } from '../ipc/wire';
import { t } from './language.svelte';

/** By the name that Rust gives, and what it is made of where that can be said in other words. */
export interface Named {
  name: string;
  distilled: Distilled | null;
}

/** For a row or a button. */
export function nameOf({ name, distilled }: Named): string {
  return distilled ? t('lineage.distill', { student: distilled.student }) : name;
}

/** What it truly is, for a card. */
export function fullNameOf(model: Named & { lineage: { name: string } | null }): string {
  const { distilled, lineage } = model;
  return distilled ? t('lineage.distillOf', { ...distilled }) : (lineage?.name ?? model.name);
}

export function holder(program: Holder): string {
  return t(`picker.holder.${program}`);
}
