// What stands beside a mark decides what it is: letters, punctuation, and the scripts that put no
// space between words.

/**
 * Chinese, Japanese and Korean, with their own punctuation and full-width forms. Quotation marks
 * that they share with others (“ ”) are none of these.
 */
const CJK =
  /[\u1100-\u11ff\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uffee\u{16fe0}-\u{18d8f}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
/** As CommonMark counts it: signs and currencies too. */
const PUNCTUATION = /[\p{P}\p{S}]/u;
const SPACE = /\s/u;
/** Letters of scripts that write spaces between words, and digits of all. */
const WORD = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{M}∂∇∞√∑∏∫]/u;

export function isCjk(letter: string): boolean {
  return CJK.test(letter);
}

export function isPunctuation(letter: string): boolean {
  return PUNCTUATION.test(letter);
}

/** Also where nothing is: the ends of a text count as space. */
export function isSpace(letter: string): boolean {
  return letter === '' || SPACE.test(letter);
}

export function isWord(letter: string): boolean {
  return WORD.test(letter) && !CJK.test(letter);
}

/** The whole letter that ends before `at`; empty at the beginning. */
export function letterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && /[\ud800-\udbff]/.test(text[at - 2] ?? '');
  return text.slice(Math.max(at - (isPair ? 2 : 1), 0), at);
}

/** The whole letter that begins at `at`; empty at the end. */
export function letterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
