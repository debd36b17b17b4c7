// Texts that tests hold the reading of a model's text to. Ordinary ones are short, to be read at
// every prefix; giants are long enough that time growing with their square would be minutes, which
// a test's own limit tells from seconds on whatever machine. No clock is read anywhere.

/** Every kind of block, and the kinds inside each other. */
export const ORDINARY: Record<string, string> = {
  tables: [
    'Before it:\n\n| Planet | Moons |\n|:--|--:|\n| Earth | 1 |\n| **Mars** | `2` |\n\nand after.\n\n',
    'a | b\n- | -\n\\(x\\) | $y$\n\n|a|\n|-|\n\n| one | two |\n| no rule | here |\n',
  ].join(''),
  'nested lists':
    '- one\n  - two\n    1. three\n    2. four\n\n       a paragraph of it\n  - five\n\n- six\n\n1. seven\n   - [ ] eight\n   - [x] nine\n10. ten\n',
  'code in lists':
    '1. First:\n\n   ```python\n   def f():\n       return 1\n\n   f()\n   ```\n\n2. Then:\n   ```\n   no language\n   ```\n   and more\n\n- x\n\n      indented\n\n- y\n',
  'half-open fences':
    'Words.\n\n```js\nlet a = 1;\n\n```\n\nmore\n\n````\n```\ninside\n```\n````\n\n~~~\n```\nnever closed\n\n- x\n',
  'mathematics in lists':
    '1. So \\(x_1 * y_2\\) holds:\n   \\[\n   a = b\n   \\]\n2. $$x^2$$\n\n   - \\boxed{\\frac{1}{2}}\n   - $a$ and $b_1$, for $5 and $6\n\n\\[\nc\n- d\n\\]\n\n> \\begin{align}\n> e &= f\n> \\end{align}\n',
  scripts:
    '中文的**思考**过程，然后是`代码`。\n\n1. 第一步：计算\\(1+1\\)\n2. 第二步\n\n> 引用。日本語も。\n\nمرحبا **بالعالم**\n\n# 标题\n\n한국어 문장.\n',
  emoji: '🥔 **👩‍👩‍👧** `🏳️‍🌈`\n\n- 🥕\n- 🧅 x\n\n| 🍅 | 🌶️ |\n|-|-|\n| 1️⃣ | 2️⃣ |\n\n🥔🥔🥔\n---\n',
  'lines without a blank one':
    'Wait, 3 + 4 is 7.\nSo x = 7.\n2. is not a list here\n- but this is\nOr is it?\n    indented\n===\nLast.\n',
};

/** A size at which what grows with its square takes minutes. */
const MEGABYTE = 1_000_000;

function filled(part: string, size = MEGABYTE): string {
  return part.repeat(Math.ceil(size / part.length));
}

/** What a broken or a hostile model writes without end. */
export const GIANT: Record<string, string> = {
  'ten thousand nested quotes': `${'> '.repeat(10_000)}x`,
  quotes: filled('>'),
  'nested lists': filled('- '),
  'nested lists with words': Array.from(
    { length: 10_000 },
    (_, n) => `${'  '.repeat(n % 9)}- item ${n}\n`,
  ).join(''),
  'one line of a megabyte': filled('A word, or two of them. '),
  'one word of a megabyte': filled('x'),
  'one line of CJK': filled('中文没有空格，', MEGABYTE / 2),
  'one line of emoji': filled('🥔👩‍👩‍👧', MEGABYTE / 2),
  'lines without a blank one': filled('Wait, that is **not** right.\n', MEGABYTE / 2),
  'an open fence': `\`\`\`js\n${filled('let x = 1;\n')}`,
  fences: filled('```\n', MEGABYTE / 2),
  'a table': `a | b\n-|-\n${filled('*c* | d\n', MEGABYTE / 4)}`,
  'half a table': filled('a\n-\n', MEGABYTE / 2),
  'tables of one line': filled('a\n-|-\n', MEGABYTE / 4),
  'a loose list with code': filled('- x\n\n  ```\n  a\n  ```\n', MEGABYTE / 2),
  stars: filled('*a ', MEGABYTE / 2),
  brackets: filled('[', MEGABYTE / 2),
  backticks: filled('`a', MEGABYTE / 2),
  angles: filled('<a ', MEGABYTE / 2),
  pipes: filled('|a'),
  underscores: filled('_'),
  'underscores in words': filled('_a_b', MEGABYTE / 4),
  'mixed emphasis': filled('**_', MEGABYTE / 2),
  'emphasis in emphasis': filled('*a**b', MEGABYTE / 2),
  spaces: `a${filled(' ')}b`,
  'line ends': `a${filled('\n')}b`,
  'spaced lines': `${filled(' \n')}b`,
  tabs: `${filled('\t')}x`,
  tildes: filled('~'),
  addresses: filled('a@b.', MEGABYTE / 2),
  'formulas opened': filled('\\[', MEGABYTE / 8),
  'formulas opened in line': filled('\\(', MEGABYTE / 8),
  'formulas opened on lines': filled('\n\\[', MEGABYTE / 4),
  'formulas under lines': filled('text\n\\[a\\]\n'),
  dollars: filled('$', MEGABYTE / 2),
  'dollars and letters': filled('$a ', MEGABYTE / 2),
  'dollars on lines': filled('$$\na\n', MEGABYTE / 2),
  boxes: filled('\\boxed{', MEGABYTE / 4),
  environments: filled('\\begin{a}\n'),
};
