// Puts THIRD-PARTY.md together: llama.cpp with what it carries, the crates (cargo-about's work, in the
// folder given), and the packages that the page's bundler really took (vite's work).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
const ui = join(process.cwd(), 'ui');

/** Every file of this tree that is a licence. */
function licences(root) {
  return readdirSync(root, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(root, entry.name);
      if (entry.isDirectory()) return licences(path);
      return /^(LICENSE|LICENCE|COPYING)(\.(md|txt))?$/i.test(entry.name) ? [path] : [];
    });
}

/** A text between fences that it does not hold itself. */
const fenced = (text) => '````text\n' + text.replaceAll('\r\n', '\n').trim() + '\n````\n';

const metadata = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8'));
const sys = metadata.packages.find((one) => one.name === 'llama-cpp-sys-2');
const llama = join(dirname(sys.manifest_path), 'llama.cpp');
const engine = licences(llama).map((path) => {
  const text = readFileSync(path, 'utf8');
  return `### ${relative(dirname(llama), path)}\n\n${fenced(text)}`;
});
const json = join(llama, 'vendor/nlohmann/json.hpp');
if (existsSync(json)) {
  const said = readFileSync(json, 'utf8').split('\n').slice(0, 12).filter((line) => line.includes('SPDX') || line.includes('version'));
  engine.push(`### llama.cpp/vendor/nlohmann/json.hpp\n\n${fenced(said.join('\n'))}`);
}
if (engine.length < 2) throw new Error(`no licences in ${llama}`);

const { build } = await import(pathToFileURL(createRequire(join(ui, 'package.json')).resolve('vite')));
await build({
  root: ui,
  logLevel: 'error',
  build: { outDir: join(folder, 'page'), emptyOutDir: true, license: { fileName: 'licences.json' } },
});
const page = JSON.parse(readFileSync(join(folder, 'page/licences.json'), 'utf8'));
const packages = page.map((one) => `### ${one.name} ${one.version}\n\n${one.identifier}\n\n${fenced(one.text ?? '')}`);
for (const one of page) {
  if (!one.text) throw new Error(`no text of the licence of ${one.name}`);
}

const parts = [
  `# What others made

Spud is MIT OR Apache-2.0 (LICENSE-MIT, LICENSE-APACHE). It holds the work of all whose names and terms
follow. Made by \`./run third-party\`; do not edit.

## The engine: llama.cpp and ggml, with what they carry
`,
  ...engine,
  `## SQLite

SQLite is in the public domain (sqlite.org/copyright.html).

## The programs: crates

Where a crate offers several licences, it is taken under the first of these that it offers: MIT, Apache-2.0,
BSD-3-Clause, ISC, Zlib, Unicode-3.0, MPL-2.0. Sources of all are in Rust's registry.
`,
  readFileSync(join(folder, 'crates.md'), 'utf8').trim() + '\n',
  `## The page: packages

KaTeX's fonts and highlight.js' languages are parts of these packages and under their terms.
KaTeX carries mhchem, which is Apache-2.0 (its text is LICENSE-APACHE): copyright 2011-2015 The MathJax Consortium,
2015-2018 Martin Hensel.
`,
  ...packages,
];
writeFileSync('THIRD-PARTY.md', parts.join('\n'));
