// The settings of Tauri's bundler for a package that was laid out in a folder: every file of it by name,
// and what it needs of the system. `node packaging/bundle.mjs STAGE`, as .ci/package.sh does.

import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const stage = resolve(process.argv[2]);
const here = import.meta.dirname ?? resolve('packaging');

/** Every file below a folder, by the place it will have. */
function files(folder) {
  const found = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    found['/' + relative(folder, path)] = path;
  }
  return found;
}

const lines = (name) => readFileSync(join(stage, name), 'utf8').split('\n').filter(Boolean);
const shared = Object.fromEntries(
  Object.entries(files(join(stage, 'usr'))).map(([to, from]) => ['/usr' + to, from]),
);
const desktopTemplate = join(here, 'spud.desktop');

const settings = {
  bundle: {
    active: true,
    targets: ['deb', 'rpm'],
    publisher: 'The makers of Spud',
    license: process.env.SPUD_LICENCE,
    category: 'Utility',
    shortDescription: 'Chat with DeepSeek-R1 on this machine, offline',
    longDescription:
      'Spud looks at the machine, says which DeepSeek-R1 runs on it and how long an\n' +
      'answer will take, fetches that model when told to, and answers offline. Its\n' +
      'thinking is shown while it runs. A small practice model that does sums comes\n' +
      'with it. The command spud is the same in a terminal.',
    linux: {
      deb: {
        desktopTemplate,
        section: 'science',
        depends: lines('deb.needs'),
        recommends: ['libvulkan1'],
        files: { ...shared, ...files(join(stage, 'deb')) },
      },
      rpm: {
        desktopTemplate,
        depends: lines('rpm.needs'),
        recommends: ['libvulkan.so.1()(64bit)'],
        compression: { type: 'xz', level: 6 },
        files: { ...shared, ...files(join(stage, 'rpm')) },
      },
    },
  },
};
process.stdout.write(JSON.stringify(settings, null, 2) + '\n');
