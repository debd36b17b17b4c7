// Inputs after faults that people reported of programs of this kind, and what must be read of them.
// Formulas stand between ⟦ and ⟧; bold, slanted, struck-out, code and links in tags.
import { describe, expect, it } from 'vitest';
import { lexBlocks } from './blocks';
import { shown } from './shown';

function read(text: string): string {
  return shown(lexBlocks(text), true);
}

/** What is written is what is read, to the letter. */
function same(text: string): [string, string] {
  return [text, text];
}

describe('stars and underscores', () => {
  it.each([
    same('So 47*38 = 47*40 - 47*2 = 1880 - 94 = 1786.'),
    same('2*3*4 = 24'),
    same('Let me check: 3*x + 2*y = 12, so x*y is 6.'),
    same('5 * 3 = 15 and 4 * 2 = 8.'),
    same('area = length*width*height'),
    same('snake_case_name and __init__ and 2**10 = 1024, 2**8 = 256.'),
    ['*word* and **word** and ***both***', '<i>word</i> and <b>word</b> and <i><b>both</b></i>'],
    ['_it_ and __two words__', '<i>it</i> and <b>two words</b>'],
    // Further ones: whatever stands beside a product.
    same('(a+b)*(c-d)*2 and [1]*[2]*{3} and |x|*|y|*|z|'),
    same('n! = 1*2*...*n and 5! = 1*2*…*5 = 1 * 2 * ... * 5'),
    same('(a)**-2 * (b)**-2 and (a)*-(b)*-(c)'),
    ['a *p*-value, the **x**-axis', 'a <i>p</i>-value, the <b>x</b>-axis'],
    same('f(x)*g(x)*h(x) = n!*k! and 5%*3*2%'),
    same('5 *3 = 15 but 4* 2 = 8'),
    same('(2)*-(3)*-(4) and 2*-3*-4 and 3*√2*√3'),
    same('α*β*γ and 2*π*r*h and x²*y²*z²'),
    same('"ab"*3 + "c"*"d"*"e"'),
    same('int *p, *q; f(*args, **kwargs) and *.txt'),
    same('a_1*b_2*c_3 = __name__ and _x + _y'),
    same('x^2*y^2*z^{2}*w and 10^3*2**5**2'),
    ['$a$*$b$*$c$ and `x`*`y`*2', '⟦a⟧*⟦b⟧*⟦c⟧ and <code>x</code>*<code>y</code>*2'],
    ['**2*3*4 = 24**', '<b>2*3*4 = 24</b>'],
    ['- *Step:* 2*3*4', '<i>Step:</i> 2*3*4'],
    ['**Answer:**42 and **b**', '<b>Answer:</b>42 and <b>b</b>'],
    // A star that is open by mistake takes no word of the next line.
    ['find *.txt\n请看**注意：**好', 'find *.txt\n请看<b>注意：</b>好'],
    ['**one\ntwo** three', '<b>one\ntwo</b> three'],
    same('SDL_Glob*File and a*b'),
    ['\\*no\\* \\_no\\_', '*no* _no_'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('tildes', () => {
  it.each([
    same('煮土豆要15~20分钟，烤要30~40分钟。'),
    same('It takes about ~5 minutes, at most ~10 minutes.'),
    same('价格：¥3~5，重量约200~250克，保存1~2周。'),
    same('Copy ~/notes/a.txt to ~/notes/b.txt please.'),
    ['This is ~~gone~~ for real.', 'This is <s>gone</s> for real.'],
    same('H~2~O and A~B~C~D'),
    // Further ones.
    ['**5~7U 保证金 × 100~200倍**', '<b>5~7U 保证金 × 100~200倍</b>'],
    ['~~25~30~~ and ~20', '<s>25~30</s> and ~20'],
    same('大约~12万和~510万'),
    ['a ~~b~~ c ~d~ e', 'a <s>b</s> c ~d~ e'],
    ['~~没了~~还在', '<s>没了</s>还在'],
    same('~~never closed and a~~~b~~~c'),
    ['| a |\n|---|\n| 25~30, ~x~ |', 'a\n25~30, ~x~'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('bold beside CJK', () => {
  it.each([
    ['请看**“慢煮”模式**：水温要稳。', '请看<b>“慢煮”模式</b>：水温要稳。'],
    ['**注意：**土豆要去皮。', '<b>注意：</b>土豆要去皮。'],
    [
      '他说**《园艺手册》**很好，用**（小火）**煮。',
      '他说<b>《园艺手册》</b>很好，用<b>（小火）</b>煮。',
    ],
    ['- **第一步：**洗净\n- **第二步。**切块', '<b>第一步：</b>洗净\n<b>第二步。</b>切块'],
    [
      '日本語では**「強調」**します。**重要です。**次へ。',
      '日本語では<b>「強調」</b>します。<b>重要です。</b>次へ。',
    ],
    ['한국어 **‘감자’**를 삶는다.', '한국어 <b>‘감자’</b>를 삶는다.'],
    ['这是**正常**的。', '这是<b>正常</b>的。'],
    // Further ones.
    ['**“如何更好地服务你”**', '<b>“如何更好地服务你”</b>'],
    ['湾岸の**46%**を', '湾岸の<b>46%</b>を'],
    ['我可以强调**这个`code`**吗', '我可以强调<b>这个<code>code</code></b>吗'],
    ['**이 용어(This term)**를 강조', '<b>이 용어(This term)</b>를 강조'],
    ['**わ〜い!強調!**問題なし!', '<b>わ〜い!強調!</b>問題なし!'],
    ['**Patchouli 是网关，**为企业', '<b>Patchouli 是网关，</b>为企业'],
    ['是*“斜”*的，***“又”***好', '是<i>“斜”</i>的，<i><b>“又”</b></i>好'],
    ['结果是**$x=2$**。其中**\\(y\\)**为', '结果是<b>⟦x=2⟧</b>。其中<b>⟦y⟧</b>为'],
    ['**🥔土豆**好，**A级**也好', '<b>🥔土豆</b>好，<b>A级</b>也好'],
    ['2**3**4是', '2**3**4是'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('bare addresses', () => {
  const potato = '<a>https://example.org/potato</a>';
  it.each([
    ['详见 https://example.org/potato，里面有说明。', `详见 ${potato}，里面有说明。`],
    ['网址：https://example.org/potato。谢谢', `网址：${potato}。谢谢`],
    ['（参见https://example.org/docs）了解更多', '（参见<a>https://example.org/docs</a>）了解更多'],
    [
      '官网https://example.org/a、https://example.org/b都可以。',
      '官网<a>https://example.org/a</a>、<a>https://example.org/b</a>都可以。',
    ],
    ['See https://example.org/x, then go on.', 'See <a>https://example.org/x</a>, then go on.'],
    ['「https://example.org/q」を見て。', '「<a>https://example.org/q</a>」を見て。'],
    ['发信到cook@example.org。', '发信到<a>cook@example.org</a>。'],
    // Further ones.
    ['“https://example.org/potato”。', `“${potato}”。`],
    ['链接:https://example.org/potato了解更多', `链接:${potato}了解更多`],
    ['こちら→https://example.org/potato', `こちら→${potato}`],
    ['《一》http://example.org/RUy《二》', '《一》<a>http://example.org/RUy</a>《二》'],
    ['https://example.org/a_b_c*d*e~f~g!', '<a>https://example.org/a_b_c*d*e~f~g</a>!'],
    [
      '(https://example.org/A_(b)) **https://example.org**',
      '(<a>https://example.org/A_(b)</a>) <b><a>https://example.org</a></b>',
    ],
    ['www.example.org/a。和www.example.org', '<a>www.example.org/a</a>。和<a>www.example.org</a>'],
    ['[这里](https://example.org/中文_(b))好', '<a>这里</a>好'],
    ['[https://example.org/a](https://example.org/a)', '<a>https://example.org/a</a>'],
    ['<https://example.org/a_b_c>。', '<a>https://example.org/a_b_c</a>。'],
    ['| https://example.org/a|b |\n|---|---|', '<a>https://example.org/a</a> ¦ b'],
    same('no address: https:// and http and a@b and x@y.'),
  ])('%j', (text, right) => expect(read(text)).toBe(right));

  it('lead where they say', () => {
    const spans = lexBlocks('见https://example.org/a_b。www.example.org').flatMap((it) =>
      it.type === 'paragraph' ? it.spans : [],
    );
    const links = spans.filter((it) => it.type === 'link').map((it) => it.url);
    expect(links).toEqual(['https://example.org/a_b', 'https://www.example.org/']);
  });
});

describe('tables', () => {
  it.each([
    [
      '| Name | Formula | Note |\n|---|---|---|\n| Bayes | $P(A|B) = \\frac{P(B|A)P(A)}{P(B)}$ | conditional |\n| Absolute | \\(|x - 1|\\) | distance |\n| Norm | \\(\\lVert v \\rVert\\) | fine |',
      'Name ¦ Formula ¦ Note\nBayes ¦ ⟦P(A|B) = \\frac{P(B|A)P(A)}{P(B)}⟧ ¦ conditional\nAbsolute ¦ ⟦|x - 1|⟧ ¦ distance\nNorm ¦ ⟦\\lVert v \\rVert⟧ ¦ fine',
    ],
    // Further ones.
    ['a | b\n--|--\n$P(A|B)$ | foo', 'a ¦ b\n⟦P(A|B)⟧ ¦ foo'],
    ['|a|b|\n|-|-|\n|$|asd|$|aasd|', 'a ¦ b\n⟦|asd|⟧ ¦ aasd'],
    ['| a | b |\n|---|---|\n| `a|b` | ``c | d`` |', 'a ¦ b\n<code>a|b</code> ¦ <code>c | d</code>'],
    ['| a |\n|---|\n| `x \\| y` \\| z |', 'a\n<code>x | y</code> | z'],
    [
      '| a | b |\n|---|---|\n| $P(A | B)$ | $$|v|$$ | three | four |',
      'a ¦ b\n⟦P(A | B)⟧ ¦ ⟦|v|⟧ ¦ three ¦ four',
    ],
    ['| $|x|$ | b |\n|---|---|\n| only |', '⟦|x|⟧ ¦ b\nonly ¦ '],
    ['| a | b |\n|---|---|\n| $5 | $6 |\n| ¥5 \\(a\\) | 7 |', 'a ¦ b\n$5 ¦ $6\n¥5 ⟦a⟧ ¦ 7'],
    [
      '| a | b |\n|---|---|\n| an open ` tick | and ` another |\n| c | d |',
      'a ¦ b\nan open <code>tick | and</code> another ¦ \nc ¦ d',
    ],
    [
      '| a | b |\n|---|---|\n| an open \\( here | x |\n| c | d\\) |',
      'a ¦ b\nan open \\( here ¦ x\nc ¦ d\\)',
    ],
    ['| a | b |\n|---|---|\n| **2*3*4** | \\boxed{|x|} |', 'a ¦ b\n<b>2*3*4</b> ¦ ⟦\\boxed{|x|}⟧'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('dollars', () => {
  it.each([
    same('$NAME/$OTHER and ${A}/${B} and $(pwd)/$(date) and $HOME:$PATH'),
    same('It costs $5, or $6 tomorrow, US$7 or A$8.'),
    same('Apples are $1.99 a pound, on sale for $0.99'),
    same('cost ≈ $8–18 across both (the other cost $1.45)'),
    same('($1.58/L, ~$0.79/m³ gross); about $300/t'),
    same('ROWS($A$1:$A$9) and $foo$bar and `'),
    same('5$, or 6$ tomorrow'),
    ['the $n$th term, 2$\\pi$, $x$-axis, ($y$)。', 'the ⟦n⟧th term, 2⟦\\pi⟧, ⟦x⟧-axis, (⟦y⟧)。'],
    ['$p=25.6\\$$ is $\\text{cost in euro}$', '⟦p=25.6\\$⟧ is ⟦\\text{cost in euro}⟧'],
    ['$d$$e$ $$f$$ $g$.', '⟦d⟧⟦e⟧ ⟦f⟧ ⟦g⟧.'],
    ['$$a$ and $b$$', '$$a$ and $b$$'],
    ['$$x \\text{ if $y$ is } 1$$', '⟦x \\text{ if $y$ is } 1⟧'],
    ['是$x$的，$y_1$。', '是⟦x⟧的，⟦y_1⟧。'],
    ['A discount of $30%$ on $x$.', 'A discount of ⟦30%⟧ on ⟦x⟧.'],
    ['`$x$` and ``$`$``', '<code>$x$</code> and <code>$`$</code>'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('formulas', () => {
  it.each([
    [
      '\\begin{Bmatrix} a & b \\\\ c & d \\end{Bmatrix}',
      '⟦\\begin{Bmatrix} a & b \\\\ c & d \\end{Bmatrix}⟧',
    ],
    [
      'f(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}',
      'f(x) = ⟦\\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}⟧',
    ],
    ['\\begin{foo} a \\\\ b_1 * c_2 \\end{foo}', '⟦\\begin{foo} a \\\\ b_1 * c_2 \\end{foo}⟧'],
    ['**Answer:** \\boxed{25%}', '<b>Answer:</b> ⟦\\boxed{25%}⟧'],
    // Further ones: whatever stands before, behind and inside.
    ['So \\[\na\n- b\n# c\n= d\n| e |\n\\].', 'So ⟦a\n- b\n# c\n= d\n| e |⟧.'],
    ['1. First:\n\\[\n        a\n- b\n\\]\n2. Second', 'First:\n⟦a\n- b⟧\nSecond'],
    ['- \\[ a \\\\[2pt]\n  - b \\]\n- c', '⟦a \\\\[2pt]\n  - b⟧\nc'],
    [
      '> \\begin{align}\n> a &= b \\\\\n> c &= d\n> \\end{align}\n> 好',
      '⟦\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}⟧\n好',
    ],
    ['$$\nx\n$$。', '⟦x⟧。'],
    [
      '\\begin{pmatrix} 1 \\end{pmatrix} \\cdot \\begin{pmatrix} 2 \\end{pmatrix}',
      '⟦\\begin{pmatrix} 1 \\end{pmatrix}⟧ \\cdot ⟦\\begin{pmatrix} 2 \\end{pmatrix}⟧',
    ],
    ['\\begin{a}\\begin{a} x \\end{a}\\end{a}', '⟦\\begin{a}\\begin{a} x \\end{a}\\end{a}⟧'],
    ['Water is \\ce{H2O}, \\(\\ce{CO2}\\).', 'Water is ⟦\\ce{H2O}⟧, ⟦\\ce{CO2}⟧.'],
    ['\\boxed{\n\\frac{1}{2}\n}', '⟦\\boxed{\n\\frac{1}{2}\n}⟧'],
    ['\\(e=5.2\\frac{\\$}{€}\\) and **\\(x*y\\)**', '⟦e=5.2\\frac{\\$}{€}⟧ and <b>⟦x*y⟧</b>'],
    same('\\(never closed and \\[ a \\\\ b'),
    same('So \\(x = \\{a_1 * b_2 * c\\, d'),
    [
      '\\[\na \\{ b_1 * c \\\\\n- d * e\n\n**and** so',
      '\\[\na \\{ b_1 * c \\\\\n- d * e\n<b>and</b> so',
    ],
    ['$$\n\\{x * y * z\\}', '$$\n\\{x * y * z\\}'],
    ['**a** \\boxed{\\{1, 中文', '<b>a</b> \\boxed{\\{1, 中文'],
    same('\\begin{x} not closed'),
    ['\\(a and then \\(b\\)', '\\(a and then ⟦b⟧'],
    same('C:\\Users\\new and \\\\server\\share and \\frac{1}{2}'),
  ])('%j', (text, right) => expect(read(text)).toBe(right));
});

describe('lone numbers and lists', () => {
  it.each([
    same('42.'),
    same('> 5'),
    same('>= 12.5 %'),
    same('#'),
    ['> 5 is said', '5 is said'],
    ['So it is\n\n42.', 'So it is\n42.'],
    same('42.\nBecause I said so.'),
    same('-'),
    same('  47\n+ 38\n=\n85').map((it) => it.trim()) as [string, string],
    same('85\n- 38'),
    same('4\n* 3\n= 12'),
    ['42.\n\n1. a\n2. b', '42.\na\nb'],
    ['1. a\n2. b\n\n42.\n\nend', 'a\nb\n42.\nend'],
  ])('%j', (text, right) => expect(read(text)).toBe(right));

  it('keep the numbers that were written', () => {
    const numbers = (text: string): unknown =>
      lexBlocks(text).map(
        (it) => it.type === 'list' && [it.start, it.items.map((item) => item.number)],
      );
    expect(numbers('3. a\n4. b')).toEqual([[3, [undefined, undefined]]]);
    expect(numbers('1. a\n1. b')).toEqual([[1, [undefined, undefined]]]);
    expect(numbers('7. a\n9. b')).toEqual([[7, [7, 9]]]);
    expect(numbers('1. a\n2. b\n\n1. c')).toEqual([[1, [1, 2, 1]]]);
  });
});
