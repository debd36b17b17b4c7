// The named character references that models use (`&lt;`), turned into characters; marked turns
// the numbered ones. The result is drawn as text, so nothing it yields can become markup.

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  times: '×',
  divide: '÷',
  minus: '−',
  le: '≤',
  ge: '≥',
  ne: '≠',
  deg: '°',
};

const REFERENCE = /&([a-z]{2,8});/gi;

export function entities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (whole, name: string) => NAMED[name] ?? whole);
}
