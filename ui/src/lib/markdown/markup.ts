// Markup that was made by a library which escapes what it is given, and by nothing else: KaTeX
// and highlight.js. The brand keeps every other text from being drawn as markup.

declare const brand: unique symbol;

/** Drawn by `Markup.svelte`, the one place of the window that turns a text into elements. */
export type Markup = string & { readonly [brand]: true };
