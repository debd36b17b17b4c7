// Mathematics set by KaTeX, which is loaded with the first formula. What it cannot set stays the
// text that the model wrote.
import type { Markup } from './markup';

type Katex = typeof import('katex').default;

/**
 * Nothing of a formula may reach out or blow up: no links, no HTML, no styles of its own
 * (`trust`), macros expanded at most so often, no rule larger than so many ems.
 */
const LIMITS = { trust: false, throwOnError: true, maxExpand: 200, maxSize: 20 } as const;

/** Formulas that stay set: a long chat repeats its symbols, and a live block is drawn often. */
const KEPT = 2000;

let katex: Katex | null = null;
let loading: Promise<void> | null = null;
const set = new Map<string, Markup | null>();

/** True once formulas can be set. */
export function isReady(): boolean {
  return katex !== null;
}

/** Loads what sets formulas; resolves also where that fails, and they stay as they were written. */
export function load(): Promise<void> {
  loading ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')])
    .then(([module]) => {
      katex = module.default;
    })
    .catch(() => undefined);
  return loading;
}

/** The formula, or null where it is none that KaTeX knows. */
export function typeset(tex: string, display: boolean): Markup | null {
  if (katex === null) return null;
  const key = (display ? '!' : '.') + tex;
  let found = set.get(key);
  if (found === undefined) {
    found = render(katex, tex, display);
    if (set.size >= KEPT) set.clear();
    set.set(key, found);
  }
  return found;
}

function render(katex: Katex, tex: string, display: boolean): Markup | null {
  try {
    // `macros` anew each time: one formula must not define what the next one means.
    const options = { ...LIMITS, displayMode: display, strict: false, macros: {} };
    return katex.renderToString(tex, options) as Markup;
  } catch {
    return null;
  }
}
