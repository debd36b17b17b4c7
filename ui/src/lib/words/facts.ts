// Sentences of what Rust tells as facts: each kind has one in the catalogue under its own name, with
// the facts for values.
import type { Cause, Kin, Purpose, Setback, SurveyNote } from '../ipc/wire';
import { count, size } from './counts';
import { type Values, t } from './language.svelte';

type Fact = string | number | Setback[];

/** Numbers as they are read: sizes by their unit. */
function values<Facts extends { type: string }>({ type: _, ...facts }: Facts): Values {
  return Object.fromEntries(
    Object.entries(facts as Record<string, Fact>).map(([name, fact]) => [name, shown(name, fact)]),
  );
}

function shown(name: string, fact: Fact): string {
  if (Array.isArray(fact)) return fact.map(setback).join(t('join.causes'));
  if (name === 'kin') return t(`model.kin.${fact as Kin}`);
  if (typeof fact === 'string') return fact;
  return /bytes$/i.test(name) ? size(fact) : count(fact);
}

/** What happened. */
export function what(cause: Cause): string {
  return t(`failure.cause.${cause.type}.what`, values(cause));
}

/** What to do about it. */
export function todo(cause: Cause): string {
  return t(`failure.cause.${cause.type}.todo`, values(cause));
}

/** What a source of a download failed at: a part of a sentence. */
export function setback(failed: Setback): string {
  return t(`setback.${failed.type}`, values(failed));
}

/** What somebody was asked for. */
export function purpose(asked: Purpose): string {
  return t(`network.purpose.${asked.type}`, values(asked));
}

/** What is to be known of how the machine was seen; what a driver or a parser said stays its own. */
export function surveyNote(note: SurveyNote): { words: string; said: string | null } {
  const words = t(`picker.note.${note.type}`, values(note));
  return { words, said: 'said' in note ? note.said : null };
}
