// Numbers with the label they deserve. English digits and separators on purpose: the sentences
// around them are English.

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const grouped = new Intl.NumberFormat('en');

export function count(n: number): string {
  return grouped.format(n);
}

export function tokens(n: number): string {
  return `${count(n)} ${n === 1 ? 'token' : 'tokens'}`;
}

/** "6.4 tokens/s"; whole numbers from 10 on, where a decimal would only flicker. */
export function rate(perSecond: number): string {
  const shown = perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond));
  return `${shown} tokens/s`;
}

export function percent(part: number): string {
  return `${Math.floor(Math.min(Math.max(part, 0), 1) * 100)} %`;
}

/** Binary units: "512 B", "912 KiB", "2.1 MiB", "4.36 GiB". */
export function size(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < MIB) return `${Math.round(bytes / KIB)} KiB`;
  if (bytes < GIB) return `${(bytes / MIB).toFixed(1)} MiB`;
  return `${(bytes / GIB).toFixed(2)} GiB`;
}
