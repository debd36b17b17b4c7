// Code in colours, by highlight.js: its core and the languages that people ask a model for. Only the
// language that a fence declares; guessing costs a tenth of a second and is often wrong.
import type { HLJSApi, LanguageFn } from 'highlight.js';
import type { Markup } from './markup';

/** Longer code is drawn plain: colouring it would hold the page. */
const LONGEST = 20_000;

/** Loads highlight.js with its first use, and each language with its own. */
const LANGUAGES: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  latex: () => import('highlight.js/lib/languages/latex'),
  lua: () => import('highlight.js/lib/languages/lua'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  r: () => import('highlight.js/lib/languages/r'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

/** Other names that models write. */
const NAMES: Record<string, string> = {
  'c++': 'cpp',
  'c#': 'csharp',
  cs: 'csharp',
  golang: 'go',
  h: 'c',
  html: 'xml',
  js: 'javascript',
  jsonc: 'json',
  jsx: 'javascript',
  kt: 'kotlin',
  md: 'markdown',
  patch: 'diff',
  py: 'python',
  py3: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  svg: 'xml',
  tex: 'latex',
  toml: 'ini',
  ts: 'typescript',
  tsx: 'typescript',
  yml: 'yaml',
  zsh: 'bash',
};

let core: HLJSApi | null = null;

/** The code in colours; null where its language is not known, or it is too long. */
export async function highlight(code: string, declared: string): Promise<Markup | null> {
  const name = declared.toLowerCase();
  const language = Object.hasOwn(NAMES, name) ? NAMES[name]! : name;
  if (code.length > LONGEST || !Object.hasOwn(LANGUAGES, language)) return null;
  try {
    core ??= (await import('highlight.js/lib/core')).default;
    if (!core.getLanguage(language)) {
      core.registerLanguage(language, (await LANGUAGES[language]!()).default);
    }
    return core.highlight(code, { language, ignoreIllegals: true }).value as Markup;
  } catch {
    return null;
  }
}
