// Bare addresses of a model's text, and the ones in angle brackets: where they begin and end. One ends
// before Chinese, Japanese and Korean, whose writers put no space behind it, and before the
// punctuation of the sentence around it.
import { isCjk, letterAt } from './letters';

/** Longer is none that somebody would follow. */
const LONGEST = 2000;

const SCHEME = /(?:https?:\/\/|www\.)(?=[\p{L}\p{N}])/iuy;
const IN_ADDRESS = /[\p{L}\p{M}\p{N}!#$%&'()*+,\-./:;=?@_~]/u;
const BRACKETED =
  /<(?:https?:\/\/[^\s<>]{1,2000}|mailto:[^\s<>]{1,300}|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)>/iy;
const MAIL_NAME = /[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,63})$/;
const MAIL_HOST = /@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w-])/y;
/** What a sentence or a mark puts behind an address. */
const TAIL = /(?:[?!.,:;*_~'"]|&[a-z]{2,8};)$/i;

/** The place behind the address that begins at `at`; 0 where none does. */
export function endOfAddress(text: string, at: number): number {
  SCHEME.lastIndex = at;
  if (/[A-Za-z0-9]/.test(text[at - 1] ?? '') || !SCHEME.test(text)) return 0;
  const least = SCHEME.lastIndex;
  let end = least;
  while (end < text.length && end - at < LONGEST) {
    const letter = letterAt(text, end);
    if (!IN_ADDRESS.test(letter) || isCjk(letter)) break;
    end += letter.length;
  }
  end = at + trimmed(text.slice(at, end)).length;
  const isWhole = text.slice(at, end).includes('.', 4) || /:\/\//.test(text.slice(at, end));
  return end > least && isWhole ? end : 0;
}

function trimmed(address: string): string {
  let kept = address;
  for (;;) {
    const tail = TAIL.exec(kept);
    if (tail) kept = kept.slice(0, tail.index);
    else if (kept.endsWith(')') && count(kept, ')') > count(kept, '(')) kept = kept.slice(0, -1);
    else return kept;
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** The place behind `<https://…>` or `<a@b.org>`; 0 where none is. */
export function endOfBracketed(text: string, at: number): number {
  BRACKETED.lastIndex = at;
  return BRACKETED.test(text) ? BRACKETED.lastIndex : 0;
}

/** From where to where the mail address reaches whose `@` is at `at`, no earlier than `from`. */
export function mailAround(text: string, at: number, from: number): [number, number] | null {
  const name = MAIL_NAME.exec(text.slice(Math.max(from, at - 64), at));
  MAIL_HOST.lastIndex = at;
  if (!name || !MAIL_HOST.test(text)) return null;
  return [at - name[0].length, MAIL_HOST.lastIndex];
}

/** What an address that was found leads to, as it was written: `www.` and mail without a scheme. */
export function hrefOf(address: string): string {
  const bare = address.replace(/^<(.*)>$/s, '$1');
  if (/^www\./i.test(bare)) return `https://${bare}`;
  return bare.includes('@') && !/^(?:https?:\/\/|mailto:)/i.test(bare) ? `mailto:${bare}` : bare;
}
