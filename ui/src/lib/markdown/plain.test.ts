import { describe, expect, it } from 'vitest';
import { plainText } from './plain';

describe('a text without its marks', () => {
  it.each([
    ['**300 / 150 = 2** `h`', '300 / 150 = 2 h'],
    ['# Head\n\nText', 'Head\n\nText'],
    ['- one\n- two\n  - deep', '- one\n- two\n  - deep'],
    ['3. three\n4. four', '3. three\n4. four'],
    ['- [x] done\n- [ ] not', '- [x] done\n- [ ] not'],
    ['```py\nx = 1\n```', 'x = 1'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a\tb\n1\t2'],
    ['> said', 'said'],
    ['[here](https://a.example/b)', 'here (https://a.example/b)'],
    ['https://a.example/b', 'https://a.example/b'],
    ['so \\(x^2\\) is', 'so x^2 is'],
    ['a\n\n---\n\nb', 'a\n\nb'],
    ['<b>no</b>', '<b>no</b>'],
    ['', ''],
  ])('of %j is %j', (text, plain) => expect(plainText(text)).toBe(plain));
});
