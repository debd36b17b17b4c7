// Mathematics set by KaTeX, which is loaded with the first formula. What it cannot set stays the
// text that the model wrote.
import type { Markup } from './markup';
import { forKatex, withWords } from './tex';

type Katex = typeof import('katex').default;

/**
 * Nothing of a formula may reach out or blow up: no links, no HTML, no styles of its own
 * (`trust`), macros expanded at most so often, no rule larger than so many ems.
 */
const LIMITS = { trust: false, throwOnError: true, maxExpand: 200, maxSize: 20 } as const;

/** Commands that name a formula for others, and ask for what is here anyway. */
const MACROS = {
  '\\label': '\\@firstoftwo{}{#1}',
  '\\require': '\\@firstoftwo{}{#1}',
  '\\ref': '\\text{#1}',
  '\\eqref': '\\text{(#1)}',
};

/** Formulas that stay set: a long chat repeats its symbols, and a live block is drawn often. */
const KEPT = 2000;

let katex: Katex | null = null;
let loading: Promise<void> | null = null;
const kept = new Map<string, Markup | null>();

/** True once formulas can be set. */
export function isReady(): boolean {
  return katex !== null;
}

/** Loads what sets formulas; resolves also where that fails, and they stay as they were written. */
export function load(): Promise<void> {
  loading ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')])
    // Chemistry (`\ce`) adds itself to the KaTeX that is there.
    .then(async ([module]) => {
      await import('katex/contrib/mhchem');
      katex = module.default;
    })
    .catch(() => undefined);
  return loading;
}

/** The formula, or null where it is none that KaTeX knows. */
export function typeset(tex: string, display: boolean): Markup | null {
  if (katex === null) return null;
  const key = (display ? '!' : '.') + tex;
  let found = kept.get(key);
  if (found === undefined) {
    found = render(katex, tex, display, 'htmlAndMathml');
    if (kept.size >= KEPT) kept.clear();
    kept.set(key, found);
  }
  return found;
}

/** The formula for a file of its own: MathML, which wants no fonts and no styles. */
export function typesetAlone(tex: string, display: boolean): Markup | null {
  return katex && render(katex, tex, display, 'mathml');
}

type Output = 'htmlAndMathml' | 'mathml';

function render(katex: Katex, tex: string, display: boolean, output: Output): Markup | null {
  const written = forKatex(tex);
  const worded = withWords(written);
  return (
    set(katex, written, display, output) ??
    // Some environments, and the number of an equation, are known on lines of their own only.
    (display ? null : set(katex, written, true, output)) ??
    (worded === written ? null : set(katex, worded, display, output))
  );
}

function set(katex: Katex, tex: string, displayMode: boolean, output: Output): Markup | null {
  try {
    // `macros` anew each time: one formula must not define what the next one means.
    const options = { ...LIMITS, displayMode, output, strict: false, macros: { ...MACROS } };
    return katex.renderToString(tex, options) as Markup;
  } catch {
    return null;
  }
}
