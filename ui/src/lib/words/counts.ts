// Numbers with the label they deserve, in the language of the window.
import { language, t } from './language.svelte';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Building one costs a hundred times what using it does. */
const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = `${language()} ${JSON.stringify(options)}`;
  const known = formats.get(name);
  if (known) return known;
  const made = new Intl.NumberFormat(language(), options);
  formats.set(name, made);
  return made;
}

export function count(n: number): string {
  return format({}).format(n);
}

/** With the digits behind the point that it has, three at most. */
export function fraction(n: number): string {
  return format({ maximumFractionDigits: 3 }).format(n);
}

/** With as many digits behind the point, and none to part thousands. */
export function decimal(n: number, digits: number): string {
  const [minimumFractionDigits, maximumFractionDigits] = [digits, digits];
  const options = { minimumFractionDigits, maximumFractionDigits, useGrouping: false };
  return format(options).format(n);
}

/** A large number as a person says it: "671 billion", "6710 亿" with the space that our Chinese has
    around digits. */
export function amount(n: number): string {
  const maximumFractionDigits = n < 1e10 ? 1 : 0;
  return format({ notation: 'compact', compactDisplay: 'long', maximumFractionDigits })
    .format(n)
    .replace(/(\d)(\p{Script=Han})/u, '$1 $2');
}

export function tokens(n: number): string {
  return t('count.tokens', { count: n, n: count(n) });
}

/** "6.4 tokens/s"; whole numbers from 10 on, where a decimal would only flicker. */
export function rate(perSecond: number): string {
  const n = perSecond < 10 ? decimal(perSecond, 1) : count(Math.round(perSecond));
  return t('count.rate', { n });
}

export function percent(part: number): string {
  return t('count.percent', { n: Math.floor(Math.min(Math.max(part, 0), 1) * 100) });
}

/** Binary units, as rough as a person wants to know: "512 B", "912 KiB", "2.1 MiB", "286 MiB",
    "4.4 GiB"; the same in every language. */
export function size(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < MIB) return `${Math.round(bytes / KIB)} KiB`;
  if (bytes < GIB) return `${decimal(bytes / MIB, bytes < 10 * MIB ? 1 : 0)} MiB`;
  return `${decimal(bytes / GIB, 1)} GiB`;
}
