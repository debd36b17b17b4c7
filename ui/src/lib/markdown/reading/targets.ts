// What stands behind the words of a link, `(https://… "a title")`: where it leads and where it ends.

/** Longer is no address that somebody would follow. */
const LONGEST = 2000;

const SPACES = /[ \t\n]*/y;
const BRACKETED = /<((?:\\.|[^\n<>\\])*)>/y;
const TITLE =
  /[ \t\n]+(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\((?:\\[\s\S]|[^()\\])*\))/y;

export interface Target {
  href: string;
  end: number;
}

/** The target whose `(` is at `at`; null where none is. */
export function targetAt(text: string, at: number): Target | null {
  const window = text.slice(at, at + LONGEST);
  const from = after(SPACES, window, 1);
  BRACKETED.lastIndex = from;
  const bracketed = BRACKETED.exec(window);
  const to = bracketed ? BRACKETED.lastIndex : endOfBare(window, from);
  if (to < 0) return null;
  const end = after(SPACES, window, after(TITLE, window, to));
  if (window[end] !== ')') return null;
  const href = bracketed ? (bracketed[1] ?? '') : window.slice(from, to);
  return { href: href.replace(/\\([!-/:-@[-`{-~])/g, '$1'), end: at + end + 1 };
}

function after(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.test(text) ? what.lastIndex : from;
}

/** Up to a space, or to the bracket that was not opened in it. */
function endOfBare(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter <= ' ') return depth === 0 ? at : -1;
    if (letter === '\\') at += 1;
    else if (letter === '(') depth += 1;
    else if (letter === ')') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return -1;
}
