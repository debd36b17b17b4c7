// How the reader of Markdown is built for the terminal: `reader/reader.js`, one script that needs no page and no
// other file, for `spud chats export` (crates/cli/src/reader.rs).
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';

/** Formulas are MathML there, which needs no styles. */
const noStyles: Plugin = {
  name: 'no-styles',
  enforce: 'pre',
  load: (id) => (id.endsWith('.css') ? { code: '', moduleType: 'js' } : null),
};

export default defineConfig({
  plugins: [noStyles],
  // The page's language follows its system, and is drawn anew when that changes.
  resolve: {
    alias: [
      {
        find: /^.*\/words\/language\.svelte$/,
        replacement: fileURLToPath(new URL('src/reader/words.ts', import.meta.url)),
      },
    ],
  },
  build: {
    outDir: 'reader',
    // What QuickJS reads.
    target: 'es2023',
    lib: {
      entry: 'src/reader/reader.ts',
      formats: ['iife'],
      name: 'reader',
      fileName: () => 'reader.js',
    },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
