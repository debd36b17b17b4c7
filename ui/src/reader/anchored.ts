// QuickJS tries a pattern that begins with `^` at each place of a text, a web view's engine at its beginning alone. The
// lexer asks a dozen of them at each block of all the rest: a long text would take minutes.

/** Below this many characters it costs nothing. */
const SHORT = 200;

const search = RegExp.prototype.exec;
const known = new WeakMap<RegExp, RegExp | null>();

/** From now on they are tried at the beginning alone, whatever calls them. */
export function anchorAll(): void {
  RegExp.prototype.exec = exec;
}

/** What `exec` of the language gives. */
export function exec(this: RegExp, text: string): RegExpExecArray | null {
  if (text.length < SHORT) return search.call(this, text);
  let anchored = known.get(this);
  if (anchored === undefined) {
    anchored = isAnchored(this) ? new RegExp(this.source, `${this.flags}y`) : null;
    known.set(this, anchored);
  }
  if (anchored === null) return search.call(this, text);
  anchored.lastIndex = 0;
  return search.call(anchored, text);
}

/** Whether it can match nowhere but at the beginning: it starts with `^`, and no other way stands beside that. */
function isAnchored({ source, flags }: RegExp): boolean {
  if (!source.startsWith('^') || /[mgy]/.test(flags)) return false;
  let depth = 0;
  // Escapes and classes as wholes.
  for (const [sign] of source.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|[(|)]/g)) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === '|' && depth === 0) return false;
  }
  return !/^\^[*+?{]/.test(source);
}
