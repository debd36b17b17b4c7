// What models and programs are called. Names of products are the same everywhere; what is said around
// them is not.
import type { Distilled, Holder } from '../ipc/wire';
import { language, t } from './language.svelte';

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

/** The makers' own name, which the world knows, where it is another. */
export function worldName(model: Named & { lineage: { madeAs: string } | null }): string {
  const madeAs = model.lineage?.madeAs ?? '';
  return madeAs === model.name ? '' : madeAs;
}

/** What a model is good for and what not; empty where nobody says it. */
export function goodFor({
  lineage,
}: {
  lineage: { goodFor: Record<string, string> } | null;
}): string {
  return lineage?.goodFor[language()] ?? lineage?.goodFor['en'] ?? '';
}
