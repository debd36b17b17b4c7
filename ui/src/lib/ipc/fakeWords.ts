// The words of the scenes: questions, thoughts, answers, failures, and what a hostile model might
// write. Only the scripted backend reads them.
import type { Failure, Message } from './wire';

export const titles = [
  'Why does bread rise?',
  'Letter to the landlord about the heating that has been cold since the first of October',
  '解释一下多头潜在注意力',
  'كم عدد الأيام حتى نهاية السنة؟',
  'Regex for dates in a log file',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  'Primes below one hundred',
  '素数について教えてください',
  'rm -rf <b>bold</b> & "quotes"',
];

export const trains =
  'Two trains leave towns 300 km apart at the same time, one at 80 km/h, the other at 70 km/h. When do they meet?';

export const thought = `I need 347 + 285. Let me go from the right.

The ones: 7 + 5 is 12, so I write 2 and carry 1. The tens: 4 + 8 is 12, and the carried 1 makes 13, so I write 3 and carry 1.

The hundreds: 3 + 2 is 5, and with the carried 1 that is 6. So the sum should be 632.

Wait, let me check it another way. 347 + 300 is 647, and 300 is 15 too many, so`;

export const thoughtDone: Partial<Message> = {
  thinking: `${thought} 647 − 15 is 632. It agrees.`,
  thinkingTokens: 134,
  thinkingMs: 21_300,
  decodePerSecond: 6.4,
  draftedTokens: 40,
  acceptedTokens: 22,
};

export const sum: Partial<Message> = {
  thinking: 'The ones: 7 + 8 is 15, write 5 and carry 1. The tens: 4 + 3 + 1 is 8.',
  text: '47 + 38 = **85**',
  thinkingTokens: 31,
  answerTokens: 9,
  thinkingMs: 2_100,
  answerMs: 600,
  decodePerSecond: 14.8,
};

/** As Sprout learned it (`sprout/corpus.py`). */
export const refusal: Partial<Message> = {
  thinking: 'This is not a sum of two numbers up to 999. I cannot do this.',
  text: 'I am Sprout, a practice model: I can only add and subtract. For everything else, pick a real R1 in the model list.',
};

export const rich = `They close the distance at 80 + 70 = **150 km/h**, so they meet after

1. the distance between them, \`300 km\`,
2. divided by the speed at which it shrinks, \`150 km/h\`:

**300 / 150 = 2 hours.**

### Where they meet

- The faster train has gone 80 × 2 = 160 km.
- The slower one has gone 70 × 2 = 140 km:
  - together that is 300 km,
  - so nothing is left over.

Written as a function:

\`\`\`python
def meet(distance, a, b):
    """Hours until two trains that face each other meet."""
    return distance / (a + b)
\`\`\`

| start | faster | slower |
| :-- | --: | --: |
| 1 h | 80 km | 70 km |
| 2 h | 160 km | 140 km |

> This holds as long as neither of them stops on the way.

More on [relative speed](https://en.wikipedia.org/wiki/Relative_velocity).`;

export const hostile = `<script>alert(1)</script> <img src=x onerror="alert(1)">

![tracking pixel](https://evil.example/pixel.png) [safe looking](javascript:alert(1))
[your bank](https://evil.example/login) <https://www.example.org/a/very/long/path/that/goes/on/and/on/and/on/until/the/line/is/full>

${'Unbreakable'.repeat(30)}

> > > > > > > > > > > > deep

العربية أولاً then English, \u202Ereversed by an override

\`\`\`html" onload="alert(1)
<b>code</b> ${'long '.repeat(60)}
\`\`\`

| a | b |
| - | - |
| ${'wide '.repeat(30)} | ${'cell '.repeat(30)} |`;

export const pasted = Array.from(
  { length: 20_000 },
  (_, line) => `2026-11-${String((line % 28) + 1).padStart(2, '0')} line ${line}: all is well`,
).join('\n');

export const outOfMemory: Failure = {
  code: 'engine_stopped',
  message: 'The engine stopped: the machine ran out of memory.',
  hint: 'Close other programs or choose a smaller model, then try again. What had been written is kept.',
};

export const diskFull: Failure = {
  code: 'storage',
  message: 'Your question could not be saved: no space is left on /home.',
  hint: 'Free some space, then send it again. It is still in the field below.',
  cause: { type: 'no_room', path: '/home/ada/.local/share/spud/chats.db' },
};

export const broken: Failure = {
  code: 'model_broken',
  message: 'DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf ends in the middle of a tensor.',
  hint: 'The file was not copied or downloaded completely. Get it again, or choose another one.',
};

export const noModel = (path: string): Failure => ({
  code: 'model_missing',
  message: `There is no file at ${path}.`,
  hint: 'Check the spelling, or pick the file with “Open a .gguf file…”.',
});

export const newer: Failure = {
  code: 'storage_newer',
  message: 'Your chats were last written by a newer Spud. They can be read here, but not changed.',
  hint: 'Install the newer Spud again to go on with them.',
};

export const mathematics = `The roots of \\(ax^2 + bx + c = 0\\) with \\(a \\neq 0\\) are

\\[
x_{1,2} = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}.
\\]

Here $a = 1$, $b = -5$ and $c = 6$, so that

- the discriminant is \\(25 - 24 = 1\\),
- the roots are \\(x_1 = 2\\) and \\(x_2 = 3\\).

\\begin{align}
x^2 - 5x + 6 &= (x - 2)(x - 3) \\\\
\\int_0^1 (x^2 - 5x + 6)\\,dx &= \\frac{1}{3} - \\frac{5}{2} + 6 = \\frac{23}{6}
\\end{align}

It costs $5, or $6 tomorrow.

\`\`\`rust
/// The roots, the smaller first; none where they are not real.
fn roots(a: f64, b: f64, c: f64) -> Option<(f64, f64)> {
    let discriminant = b * b - 4.0 * a * c; // "D"
    (discriminant >= 0.0).then(|| ((-b - discriminant.sqrt()) / (2.0 * a), (-b + discriminant.sqrt()) / (2.0 * a)))
}
\`\`\`

**Final answer**

\\[ \\boxed{x \\in \\{2, 3\\}} \\]
`;
