// What is to be known of a file's text, in words: how its letters were read, what is missing.
import type { Attached, Remark } from '../ipc/wire';
import { count } from './counts';
import { t } from './language.svelte';
import { lettersNamed } from './letters';

export function remarkWords(remark: Remark): string {
  switch (remark.type) {
    case 'guessed':
    case 'chosen':
      return t(`remarks.${remark.type}`, { encoding: lettersNamed(remark.encoding) });
    case 'unreadable':
    case 'zeros':
      return counted(remark.type, remark.bytes);
    case 'illegible':
      return counted(remark.type, remark.letters);
    case 'pictures':
    case 'broken': {
      const { type, pages, of } = remark;
      return t(`remarks.${type}`, { count: pages, n: count(pages), of: count(of) });
    }
    case 'left_out': {
      const n = remark.count;
      return t(`remarks.left_out.${remark.what}`, { count: n, n: count(n) });
    }
  }
}

function counted(type: 'unreadable' | 'zeros' | 'illegible', n: number): string {
  return t(`remarks.${type}`, { count: n, n: count(n) });
}

/** All of a file; empty where there is nothing to know. */
export function remarksWords({ remarks }: Attached): string {
  return remarks.map(remarkWords).join(' · ');
}

/** The encoding that a file was read as; none where the file told. */
export function lettersOf({ remarks }: Attached): string {
  for (const remark of remarks)
    if (remark.type === 'guessed' || remark.type === 'chosen') return remark.encoding;
  return 'UTF-8';
}
