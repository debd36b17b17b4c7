import { describe, expect, it } from 'vitest';
import zh from './catalogue/zh-Hans.json';
import { groupChats } from '../chats/groups';
import { fileName } from './fileName';
import { count, percent, rate, size, tokens } from './counts';
import { fold } from './fold';
import { latestWords } from './latest';
import { phaseWords } from './phase';
import { age, running, spent, untilMidnight } from './time';

describe('times', () => {
  it.each([
    [0, 'a moment'],
    [99, 'a moment'],
    [420, 'a moment'],
    [999, 'a moment'],
    [1000, '1 s'],
    [2_100, '2 s'],
    [12_400, '12 s'],
    [59_600, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_840_000, '1 h 4 min'],
  ])('%i ms were spent as %s', (ms, words) => expect(spent(ms)).toBe(words));

  it.each([
    [-50, '0 s'],
    [999, '0 s'],
    [12_999, '12 s'],
    [61_000, '1 min 1 s'],
  ])('a clock at %i ms shows %s', (ms, words) => expect(running(ms)).toBe(words));

  const noon = new Date(2026, 2, 29, 12).getTime();
  it.each([
    [new Date(2026, 2, 29, 0, 0), 'today'],
    [new Date(2026, 2, 28, 23, 59), 'yesterday'],
    [new Date(2026, 2, 28, 0, 0), 'yesterday'],
    [new Date(2026, 2, 22, 0, 0), 'week'],
    [new Date(2026, 2, 21, 23, 59), 'older'],
    [new Date(2026, 2, 29, 13), 'today'],
  ])('%s is %s', (then, words) => expect(age(then.getTime(), noon)).toBe(words));

  it('waits for the next midnight', () => {
    const late = new Date(2026, 5, 1, 23, 59, 50).getTime();
    expect(untilMidnight(late)).toBe(10_000);
  });

  it('lists the newest first, each day once', () => {
    const row = (id: number, changedMs: number) => ({
      id,
      title: '',
      changedMs,
      replying: false,
      failed: false,
      pinned: false,
      folder: null,
    });
    const hour = 3_600_000;
    const chats = [row(1, noon - 30 * hour), row(2, noon - hour), row(3, noon), row(4, 0)];
    const groups = groupChats(chats, noon).map(({ name: day, rows }) => [
      day,
      rows.map((r) => r.id),
    ]);
    expect(groups).toEqual([
      ['today', [3, 2]],
      ['yesterday', [1]],
      ['older', [4]],
    ]);
  });
});

describe('a file name', () => {
  it.each([
    ['What is 47 + 38?', 'What is 47 + 38.md'],
    ['../../etc/passwd', 'etc passwd.md'],
    ['C:\\x', 'C x.md'],
    ['a\u202Efdp.exe\u0000', 'a fdp.exe.md'],
    ['CON', 'chat.md'],
    ['...', 'chat.md'],
    ['', 'chat.md'],
    ['写一首诗', '写一首诗.md'],
    ['x'.repeat(300), `${'x'.repeat(60)}.md`],
  ])('of %j is %j', (title, name) => {
    expect(fileName(title)).toBe(name);
  });
});

describe('numbers', () => {
  it('have the label they deserve', () => {
    expect(count(1420)).toBe('1,420');
    expect([tokens(1), tokens(2)]).toEqual(['1 token', '2 tokens']);
    expect([rate(6.43), rate(14.8)]).toEqual(['6.4 tokens/s', '15 tokens/s']);
    expect([percent(0.439), percent(1.2), percent(-1)]).toEqual(['43 %', '100 %', '0 %']);
    expect([size(512), size(2_310_144), size(4_681_089_376)]).toEqual([
      '512 B',
      '2.2 MiB',
      '4.4 GiB',
    ]);
  });

  it('tell the phase before the first word', () => {
    expect(phaseWords({ type: 'loading', progress: 0.43 })).toBe('Loading the model 43 %');
    expect(phaseWords({ type: 'reading', done: 128, total: 512 })).toBe(
      'Reading the chat: 128 of 512 tokens',
    );
    expect(phaseWords({ type: 'reading', done: 0, total: 0 })).toBe('Reading the chat');
    expect(phaseWords({ type: 'thinking' })).toBeNull();
  });
});

describe('the latest words of a thought', () => {
  it.each([
    ['', ''],
    ['I need 347 + 285.', 'I need 347 + 285.'],
    ['First this. Then the ones are added', 'Then the ones are added'],
    ['First this. Then', 'First this. Then'],
    ['One line\n\nand the other line', 'and the other line'],
    ['首先是个位数。然后把十位数加起来得到十三', '然后把十位数加起来得到十三'],
  ])('of %j are %j', (text, words) => expect(latestWords(text)).toBe(words));

  it('keep the end of an endless sentence, cut at a word', () => {
    expect(latestWords('and again '.repeat(200), 30)).toBe('… and again and again and again');
    expect(latestWords('🥔'.repeat(200), 31)).toBe(`…${'🥔'.repeat(15)}`);
  });
});

describe('a long question', () => {
  it('is folded by characters or lines, never by half a character', () => {
    expect(fold('short')).toBeNull();
    expect(fold('x'.repeat(1_900))).toBeNull();
    expect(fold('x'.repeat(5_000))).toHaveLength(1_602);
    expect(fold('line\n'.repeat(500))?.split('\n')).toHaveLength(24);
    expect(fold(`x${'🥔'.repeat(3_000)}`)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });
});

describe('Chinese', () => {
  /** Sentences that go on; an ellipsis on a button says that it asks first. */
  const PROSE = [
    'files.reading',
    'look.looking',
    'picker.looking',
    'trash.working',
    'about.placeholder',
  ];

  it('ends a sentence that goes on with a whole ellipsis, a button with half of one', () => {
    const ends = (of: object, area = ''): [string, string][] =>
      Object.entries(of).flatMap(([name, value]: [string, unknown]) =>
        typeof value === 'string'
          ? [[area + name, /…*$/.exec(value)?.[0] ?? ''] as [string, string]]
          : ends(value as object, `${area}${name}.`),
      );
    for (const [key, end] of ends(zh).filter(([, end]) => end !== ''))
      expect([key, end]).toEqual([key, PROSE.includes(key) ? '……' : '…']);
  });
});
