// Rules of the house that no compiler checks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './lib/words/catalogue/en.json';

const ROOT = join(import.meta.dirname, '.');
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|svelte|css)$/.test(path))
  .map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
const views = sources.filter(({ path }) => /\.(svelte|css)$/.test(path));
const code = sources.filter(({ path }) => !path.endsWith('.test.ts'));

/** Files whose text matches, by path. */
function having(pattern: RegExp, files = code): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('the house', () => {
  it('meets the shell through one door', () => {
    expect(having(/from '@tauri-apps\//)).toEqual(['lib/ipc/tauri.ts']);
    expect(having(/__TAURI/)).toEqual(['lib/ipc/door.ts']);
  });

  it('turns no text into markup', () => {
    expect(
      having(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/),
    ).toEqual(['lib/markdown/Markup.svelte']);
    // What it draws is branded, and only the two libraries' own output gets the brand.
    expect(having(/as Markup\b/)).toEqual(['lib/markdown/highlight.ts', 'lib/markdown/katex.ts']);
    expect(having(/<img|<iframe|<object|url\((?!#)/, views)).toEqual([]);
  });

  it('has one drawing of a potato', () => {
    const shapes = (text: string): string[] =>
      (/<svg.*<\/svg>/s.exec(text)?.[0].match(/<(?:g|path|ellipse)\b[^>]*>/g) ?? []).map((shape) =>
        [...shape.matchAll(/[\w-]+="[^"]*"|^<\w+/g)].join(' '),
      );
    const icon = shapes(readFileSync(join(ROOT, '../../icons/icon.svg'), 'utf8'));
    expect(icon.length).toBeGreaterThan(5);
    const mark = views.find(({ path }) => path === 'lib/parts/Mark.svelte')?.text ?? '';
    expect(shapes(mark)).toEqual(icon);
  });

  it('keeps its stores apart', () => {
    const stores = code.filter(({ path }) => path.endsWith('.svelte.ts'));
    expect(stores.length).toBeGreaterThan(3);
    expect(having(/from '.*\.svelte'/, stores)).toEqual([]);
  });

  it('says nothing to people but through the catalogue', () => {
    const said = code
      .filter(
        ({ path }) =>
          !/^lib\/ipc\/(fake|wire)|words\/rust\.ts$|markdown\/reading\/(corpus|generator)\.ts$|\.css$/.test(
            path,
          ),
      )
      .flatMap(({ path, text }) => spokenIn(path, text).map((words) => `${path}: ${words}`));
    expect(said.filter((words) => !SAME_EVERYWHERE.has(words.replace(/^.*?: /, '')))).toEqual([]);
  });

  it('has no word in the catalogue that nobody says', () => {
    const all = code.map(({ text }) => text).join('\n');
    const areas = [...all.matchAll(/[`']([\w.]+\.)\$\{/g)].map((match) => match[1] ?? '');
    const idle = keys(en).filter(
      (key) =>
        !all.includes(`'${key}'`) &&
        // Said by the shell (src-tauri/src/words.rs), whose own test counts them.
        !key.startsWith('shell.') &&
        !areas.some((area) => key.startsWith(area)),
    );
    expect(idle).toEqual([]);
  });

  it('reads Markdown without seeing the page', () => {
    const reader = code.filter(({ path }) => /markdown\/reading\/(?!.*test)/.test(path));
    expect(reader.length).toBeGreaterThan(20);
    const outside = reader.flatMap(({ path, text }) =>
      [...text.matchAll(/from '(\.\.[^']*|svelte[^']*)'/g)].map(([, from]) => `${path}: ${from}`),
    );
    expect(outside.filter((it) => !it.endsWith('words/language.svelte'))).toEqual([]);
  });

  it('calls a list a list where it is drawn without marks', () => {
    // WebKit takes one without marks for mere lines. The lists of an answer have marks.
    expect(having(/<[uo]l(?![^>]*role="list")[\s>]/, views)).toEqual([
      'lib/markdown/BlockView.svelte',
    ]);
  });

  it('says at the top of every module what it owns', () => {
    const silent = code.filter(({ text }) => !/^(\/\/|\/\*|<!--)/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('lies still for those who asked for it', () => {
    const base = sources.find(({ path }) => path === 'base.css')?.text ?? '';
    expect(base).toMatch(
      /prefers-reduced-motion: reduce\) \{\s*\*,[^}]*transition: none !important/,
    );
    // What a script moves is beyond the reach of that rule.
    expect(
      having(/behavior: 'smooth'|\.animate\(|transition:fade|svelte\/(transition|motion)/),
    ).toEqual([]);
  });

  it('keeps its rooms small', () => {
    const large = code
      .filter(({ text }) => text.split('\n').length > 400)
      .filter(({ path }) => path !== 'lib/ipc/wire.ts');
    expect(large.map(({ path }) => path)).toEqual([]);
  });

  it('runs no script in the page itself', () => {
    const page = readFileSync(join(ROOT, '../index.html'), 'utf8');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/ on\w+=|<style|https?:/);
  });

  it('locks its packages without naming a host', () => {
    const lock = readFileSync(join(ROOT, '../package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved":/);
  });
});

/** Of a catalogue, plurals without their forms. */
function keys(words: object, area = ''): string[] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? keys(value, `${area}${name}.`)
      : [`${area}${name.replace(/_(one|other)$/, '')}`],
  );
}

/** Names, and what is pressed or typed as it stands. */
const SAME_EVERYWHERE = new Set([
  'Spud',
  'F2',
  'Del',
  'Ctrl K',
  'Ctrl N',
  'https://hf-mirror.com',
  '/home/you/models/r1.gguf',
]);

/** What a file says to people in words of its own, as far as patterns can tell: text between tags,
    labels, and sentences in quotes. */
function spokenIn(path: string, text: string): string[] {
  const bare = text
    .replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/ .*$/gm, '');
  const quoted = [...bare.matchAll(/(['"`])([A-Z][a-z]+[:,.…]? [^'"`\n]+)\1/g)].map(
    (match) => match[2] ?? '',
  );
  if (!path.endsWith('.svelte')) return quoted;
  let markup = bare.replace(/<(script|style)[\s\S]*?<\/\1>/g, '');
  for (let before = ''; before !== markup;) {
    before = markup;
    markup = markup.replace(/\{[^{}]*\}/g, '');
  }
  const labels = [
    ...markup.matchAll(/\b(?:aria-label|aria-valuetext|placeholder|title|label)="([^"]*)"/g),
  ].map((match) => match[1] ?? '');
  const between = markup
    .split(/<[^>]*>/)
    .map((words) => words.replace(/&\w+;/g, '').trim().replace(/\s+/g, ' '));
  return [...new Set([...quoted, ...labels, ...between])].filter((words) => /\p{L}/u.test(words));
}

describe('the colours', () => {
  const theme = sources.find(({ path }) => path === 'theme.css')?.text ?? '';
  const [light = '', dark = ''] = theme.split('@media');

  const WORDS: [string, string[]][] = [
    ['ink', ['paper', 'surface', 'sunken', 'raised', 'bubble', 'stop-wash', 'warn-wash']],
    ['soft', ['paper', 'surface', 'sunken', 'raised', 'stop-wash', 'warn-wash']],
    ['faint', ['paper', 'surface', 'sunken', 'raised']],
    ['sprout', ['paper', 'surface', 'bubble']],
    ['sprout-ink', ['sprout']],
    ['warn', ['paper', 'surface', 'sunken']],
    ['soil', ['paper', 'surface', 'soil-wash']],
    ['stop', ['surface', 'sunken']],
    ['code-word', ['surface', 'sunken']],
    ['paper', ['ink']],
  ];
  const EDGES: [string, string[]][] = [
    ['edge', ['paper', 'surface']],
    ['sprout', ['paper', 'surface', 'sunken']],
    ['stop', ['stop-wash', 'surface']],
    ['warn', ['warn-wash', 'surface']],
  ];

  const pairs = (all: [string, string[]][]): [string, string][] =>
    all.flatMap(([front, backs]) => backs.map((back): [string, string] => [front, back]));

  describe.each([
    ['light', light],
    ['dark', dark],
  ])('in the %s scheme', (_name, css) => {
    it.each(pairs(WORDS))('let %s be read on %s', (front, back) => {
      expect(contrast(colour(css, front), colour(css, back))).toBeGreaterThanOrEqual(4.5);
    });
    it.each(pairs(EDGES))('let the edge %s be seen on %s', (front, back) => {
      expect(contrast(colour(css, front), colour(css, back))).toBeGreaterThanOrEqual(3);
    });
  });
});

function colour(css: string, name: string): number[] {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(css)?.[1];
  if (!hex) throw new Error(`no colour --${name}`);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: number[], other: number[]): number {
  const luminance = (rgb: number[]): number => {
    const [r = 0, g = 0, b = 0] = rgb.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
