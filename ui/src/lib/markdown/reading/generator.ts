// Makes texts that it knows: arithmetic, ranges, prices, units, sentences in several scripts, TeX, code,
// addresses, and tables, lists and quotes of these, with marks of Markdown around them. `source` is what a
// model would write, `shown` what must be read of it, marks aside, formulas between ⟦ and ⟧, links between ‹ and ›. `shown` is put
// together beside `source` and never passes a reader of Markdown.

export interface Made {
  source: string;
  shown: string;
}

/** Small, seeded, so that a failure can be run again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = ['x', 'y', 'n', 'a_1', 'width', 'total', 'π', 'v0'];
const ENGLISH = ['So the sum is', 'that makes', 'Let me check', 'because', 'and then', 'Wait, no'];
const CJK = ['水温要稳', '土豆要去皮', '再想一想', 'これは重要です', '감자를 삶는다', '所以答案是'];
const CJK_STOPS = ['', '，', '。', '：', '、', '！', '；'];
const CJK_LABELS = [
  '“慢煮”模式',
  '注意：',
  '《园艺手册》',
  '（小火）',
  '第一步。',
  '「強調」',
  '‘감자’',
  '重要',
  '“a”',
  '25%',
];
const LABELS = ['Step 1:', 'note', 'Final answer', 'three words here', 'f(x)', 'Result.'];
const TEX = [
  'x_1 * y_2 * z_3',
  '20% \\text{ of } 50 = 10',
  '25\\%',
  'P(A|B) = \\frac{P(B|A)P(A)}{P(B)}',
  '|x - 1| < 2',
  '\\{1, 2\\} \\cup [3, 4)',
  'a_i ~ b_i ~~ c',
  '\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}',
  '\\text{cost in \\$} = 5',
  'f(x) = `a`',
  '**x** + __y__',
  'https://example.org/a_b_c',
  '\\ce{2H2 + O2 -> 2H2O}',
];
const LINES_OF_TEX = [
  'a &= b \\\\',
  '- c',
  '+ d * e',
  '= f',
  '> 2',
  '1. g',
  '# h',
  '| i |',
  '    j',
];
const ENVIRONMENTS = ['align', 'align*', 'cases', 'Bmatrix', 'CD', 'gather', 'foo', 'darray'];
const CODE = [
  'a|b',
  '**x**',
  '$x$',
  'a_b_c',
  '\\(y\\)',
  'ls *.txt',
  '~~',
  'x*y*z',
  '[a](b)',
  '<b>',
];
const ADDRESSES = [
  'https://example.org/potato',
  'https://example.org/a_b_c?d=e*f',
  'http://example.org/~me/x~y',
  'https://en.wikipedia.org/wiki/A_(b)',
  'www.example.org/a',
];

export class Generator {
  #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  text(): Made {
    const blocks = Array.from({ length: 1 + this.#upTo(4) }, () => this.#block());
    return joined(blocks, '\n\n', '\n');
  }

  #block(): Made {
    switch (this.#upTo(10)) {
      case 0:
        return this.#table();
      case 1:
        return this.#list('- ');
      case 2:
        return this.#list('1. ');
      case 3:
        return prefixed(this.#line(), '> ');
      case 4:
        return prefixed(this.#phrase(), '## ');
      case 5:
        return this.#displayed();
      case 6:
        return this.#fence();
      case 7:
        return same(`${1 + this.#upTo(99)}.`);
      case 8:
        return joined([this.#line(), this.#line()], '\n', '\n');
      default:
        return this.#line();
    }
  }

  #line(): Made {
    return this.#upTo(3) === 0 ? this.#cjkLine() : this.#phrase();
  }

  #phrase(): Made {
    const parts = Array.from({ length: 1 + this.#upTo(4) }, () =>
      this.#marked(this.#atom(), LABELS),
    );
    return joined([same(this.#of(ENGLISH)), ...parts], ' ', ' ');
  }

  /** No spaces, as these are written. */
  #cjkLine(): Made {
    const parts = Array.from({ length: 1 + this.#upTo(4) }, () => [
      same(this.#of(CJK)),
      this.#marked(this.#upTo(2) === 0 ? this.#piece() : same(this.#of(CJK)), CJK_LABELS),
      same(this.#of(CJK_STOPS)),
    ]);
    return joined(parts.flat(), '', '');
  }

  /** With marks around it, mostly, or around a label before it. */
  #marked(inner: Made, labels: string[]): Made {
    const mark = this.#of(['**', '**', '*', '~~', '']);
    const isCjk = labels === CJK_LABELS;
    if (this.#upTo(2) === 0) return inner;
    const label = this.#of(labels);
    // Slanted arithmetic would be no arithmetic: marks stand around words, and around pieces of CJK text.
    const gap = isCjk ? '' : ' ';
    return joined([wrapped(same(label), mark), inner], gap, gap);
  }

  #atom(): Made {
    return this.#upTo(3) === 0 ? this.#piece() : same(this.#sum());
  }

  /** What a model writes that has signs which are marks elsewhere. */
  #sum(): string {
    const [a, b, c] = [this.#number(), this.#number(), this.#number()];
    const [x, y, z] = [this.#of(NAMES), this.#of(NAMES), this.#of(NAMES)];
    return this.#of([
      `${a}*${b} = ${a}*${c} - ${b}*2`,
      `${a}*${b}*${c}`,
      `${a} * ${b} = ${c}`,
      `${a} *${b} and ${c}* ${a}`,
      `${x}*${y}*${z}`,
      `(${x}+1)*(${y}-${b})*${z}`,
      `[${a}]*[${b}]*{${c}}`,
      `|${x}|*|${y}|*${c}`,
      `${a}**${b} and ${c}**2`,
      `(${a})*-(${b})*-(${c})`,
      `"a"*"b"*"c"`,
      `${a}~${b} or ${b}~${c} minutes`,
      `~${a} to ~${b} kg, H~2~O`,
      `$${a} or $${b}, US$${c}`,
      `$${a}-$${b}, $${a}/$${b} and ($${c})`,
      '$NAME/$OTHER and ${A}/${B} and $(pwd)/$(date)',
      '$A$1:$A$9 and $HOME:$PATH',
      `${a} km/h, ${b}%, ${c} °C`,
      'snake_case_name and __init__ and _x',
      'C:\\Users\\a and \\\\server\\share',
      '*.txt and *args, **kwargs',
      '[1, 2] and (3, 4) and {5}',
      `a < b && c > d & e`,
      '<script>alert(1)</script> & <b>',
    ]);
  }

  #piece(): Made {
    switch (this.#upTo(5)) {
      case 0: {
        const code = this.#of(CODE);
        return { source: `\`${code}\``, shown: code };
      }
      case 1: {
        const address = this.#of(ADDRESSES);
        return { source: address, shown: `‹${address}›` };
      }
      default:
        return this.#formula();
    }
  }

  #formula(): Made {
    const tex = this.#of(TEX);
    const boxed = `\\boxed{${tex}}`;
    const [open, close] = this.#of([
      ['\\(', '\\)'],
      ['\\[', '\\]'],
      ['$$', '$$'],
      ['$', '$'],
    ]) as [string, string];
    if (this.#upTo(5) === 0) return { source: boxed, shown: `⟦${boxed}⟧` };
    // A dollar in a formula between dollars is its end.
    if (open === '$' && /\$(?<!\\\$)/.test(tex)) return this.#formula();
    return { source: `${open}${tex}${close}`, shown: `⟦${tex}⟧` };
  }

  /** On lines of its own, with lines in it that are marks of blocks elsewhere. */
  #displayed(): Made {
    const lines = Array.from({ length: 1 + this.#upTo(4) }, () => this.#of(LINES_OF_TEX)).join(
      '\n',
    );
    const name = this.#of(ENVIRONMENTS);
    const environment = `\\begin{${name}}\n${lines}\n\\end{${name}}`;
    const inner = lines.trim();
    const form = this.#of<[string, string]>([
      [environment, environment],
      [`\\[\n${lines}\n\\]`, inner],
      [`$$\n${lines}\n$$`, inner],
      [`\\[ ${environment} \\]`, environment],
    ]);
    const formula = { source: form[0], shown: `⟦${form[1]}⟧` };
    switch (this.#upTo(4)) {
      case 0:
        return joined([same('so that f(x) = '), formula, same('.')], '', '');
      case 1:
        return joined([same('1. So it is:'), formula].map(dropNumber), '\n', '\n');
      case 2:
        return joined([formula, same('。')], '', '');
      default:
        return formula;
    }
  }

  #fence(): Made {
    const code = Array.from({ length: 1 + this.#upTo(3) }, () => this.#of(CODE)).join('\n');
    return { source: `\`\`\`js\n${code}\n\`\`\``, shown: code };
  }

  #list(mark: string): Made {
    const items = Array.from({ length: 2 + this.#upTo(2) }, () => prefixed(this.#line(), mark));
    return joined(items, '\n', '\n');
  }

  #table(): Made {
    const width = 2 + this.#upTo(2);
    const row = (cells: Made[]): Made => {
      const { source, shown } = joined(cells, ' | ', ' ¦ ');
      return { source: `| ${source} |`, shown };
    };
    const cells = (): Made[] =>
      // A bar outside a formula or code parts cells, and so none is made here.
      Array.from({ length: width + this.#upTo(2) }, () => {
        for (;;) {
          const made = this.#atom();
          if (!made.shown.includes('¦') && isBarred(made)) return made;
        }
      });
    const head = Array.from({ length: width }, (_, at) => same(`column ${at + 1}`));
    const rule = { source: `|${'---|'.repeat(width)}`, shown: '' };
    const rows = Array.from({ length: 1 + this.#upTo(3) }, () => row(cells()));
    const all = joined(rows, '\n', '\n');
    const top = row(head);
    return {
      source: `${top.source}\n${rule.source}\n${all.source}`,
      shown: `${top.shown}\n${all.shown}`,
    };
  }

  #number(): number {
    return this.#upTo(60);
  }

  #of<T>(all: readonly T[]): T {
    return all[this.#upTo(all.length)]!;
  }

  #upTo(end: number): number {
    return Math.floor(this.#next() * end);
  }
}

function isBarred({ source, shown }: Made): boolean {
  return source !== shown || !source.includes('|');
}

function same(text: string): Made {
  return { source: text, shown: text };
}

function prefixed({ source, shown }: Made, mark: string): Made {
  return { source: mark + source, shown };
}

function wrapped({ source, shown }: Made, mark: string): Made {
  return { source: mark + source + mark, shown };
}

function dropNumber({ source, shown }: Made): Made {
  return { source, shown: shown.replace(/^1\. /, '') };
}

function joined(all: Made[], source: string, shown: string): Made {
  return {
    source: all.map((it) => it.source).join(source),
    shown: all.map((it) => it.shown).join(shown),
  };
}
