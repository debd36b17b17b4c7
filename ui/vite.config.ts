// How the page is built and tested. It is one page for one window: the shell serves `dist/` from
// its own binary, so there is no server side, no hashing of a host, no public address.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** KaTeX names each face in three formats; every web view of ours reads the first. */
const woff2Only: Plugin = {
  name: 'woff2-only',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('katex.min.css')) return null;
    return code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, '');
  },
};

export default defineConfig({
  plugins: [svelte(), woff2Only],
  base: './',
  build: {
    // The oldest WebKitGTK that Tauri's Linux packages meet (Ubuntu 22.04 keeps 2.4x current).
    target: ['safari17', 'chrome111'],
    // One small page: inlined assets would need a wider CSP than `img-src 'self' data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: { host: '127.0.0.1', port: 4173, strictPort: true },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  // No test is timed: a machine that builds beside it takes ten times as long. One that hangs ends too.
  // (Vitest leaves a core unused by itself, which of two is half.)
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    testTimeout: 120_000,
    maxWorkers: '100%',
  },
});
