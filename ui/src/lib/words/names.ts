// What models and programs are called. Names of products are the same everywhere; what is said around
// them is not.
import type { Holder } from '../ipc/wire';
import { language, t } from './language.svelte';

export function holder(program: Holder): string {
  return t(`picker.holder.${program}`);
}

/** The makers' own name, which the world knows, where it is another. */
export function worldName(model: { name: string; lineage: { madeAs: string } | null }): string {
  const madeAs = model.lineage?.madeAs ?? '';
  return madeAs === model.name ? '' : madeAs;
}

/** The file's own name of an own model, which is known by its path. */
export function fileOf(id: string): string {
  return id.split(/[\\/]/).at(-1) ?? id;
}

/** What a model is good for and what not; empty where nobody says it. */
export function goodFor({
  lineage,
}: {
  lineage: { goodFor: Record<string, string> } | null;
}): string {
  return lineage?.goodFor[language()] ?? lineage?.goodFor['en'] ?? '';
}
