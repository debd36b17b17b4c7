// A formula as a model writes it -> as KaTeX takes it: nothing is left out and nothing added that is seen.

/**
 * Environments of LaTeX that KaTeX sets under another name, and those whose lines it would number: a
 * number that the model did not write (`\\tag`) is none of its words. (What has no such name KaTeX says
 * by itself; the formula then stands as it was written.)
 */
const ENVIRONMENTS: Record<string, [begin: string, end: string]> = {
  eqnarray: ['\\begin{darray}{rcl}', '\\end{darray}'],
  multline: ['\\begin{gather*}', '\\end{gather*}'],
  flalign: ['\\begin{align*}', '\\end{align*}'],
  displaymath: ['\\begin{equation*}', '\\end{equation*}'],
  align: ['\\begin{align*}', '\\end{align*}'],
  alignat: ['\\begin{alignat*}', '\\end{alignat*}'],
  equation: ['\\begin{equation*}', '\\end{equation*}'],
  gather: ['\\begin{gather*}', '\\end{gather*}'],
};
const ENVIRONMENT =
  /\\(begin|end)\{(eqnarray|multline|flalign|displaymath|align|alignat|equation|gather)\*?\}/g;
/** A model writes no comments: where it writes a per cent sign it means one. */
const PER_CENT = /(\\*)%/g;
const DOLLAR = /(\\*)\$/g;
const WORDS = /(\\text(?:bf|it|rm|tt)?\{)([^{}$\\]*)\}/g;

export function forKatex(tex: string): string {
  return tex
    .replace(PER_CENT, (whole, slashes: string) => (isEven(slashes) ? `${slashes}\\%` : whole))
    .replace(ENVIRONMENT, (_, side: string, name: string) => {
      const [begin, end] = ENVIRONMENTS[name]!;
      return side === 'begin' ? begin : end;
    });
}

/** Once more, where KaTeX knew none of it: signs that are words, `\boxed{$18}` and `\text{a_b}`. */
export function withWords(tex: string): string {
  return tex
    .replace(
      WORDS,
      (_, begin: string, words: string) => `${begin}${words.replace(/[_#&^]/g, escaped)}}`,
    )
    .replace(DOLLAR, (whole, slashes: string) => (isEven(slashes) ? `${slashes}\\$` : whole));
}

function escaped(sign: string): string {
  return sign === '^' ? '\\^{}' : `\\${sign}`;
}

function isEven(slashes: string): boolean {
  return slashes.length % 2 === 0;
}
