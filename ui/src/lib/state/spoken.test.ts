import { describe, expect, it } from 'vitest';
import type { Message, Phase } from '../ipc/wire';
import { spoken } from './spoken';

const MESSAGE = { id: 2, role: 'assistant', state: 'streaming', text: '85' } as Message;

describe('what is spoken', () => {
  it('is one sentence for each thing that begins, however many words come', () => {
    const phases: (Phase | null)[] = [
      null,
      { type: 'waiting' },
      { type: 'loading', progress: 0.1 },
      { type: 'loading', progress: 0.9 },
      { type: 'reading', done: 1, total: 9 },
      { type: 'thinking' },
      { type: 'thinking' },
      { type: 'answering' },
    ];
    const said = phases.map((phase) => spoken(MESSAGE, phase, 2));
    said.push(spoken({ ...MESSAGE, state: 'complete' }, null, 2));
    // A live region says what changes.
    expect(said.filter((words, at) => words !== '' && words !== said[at - 1])).toEqual([
      'The model is loading.',
      'Thinking.',
      'Answering.',
      'The reply is complete.',
    ]);
  });

  it('is nothing where a chat is only opened', () => {
    expect(spoken({ ...MESSAGE, state: 'complete' }, null, null)).toBe('');
    expect(spoken({ ...MESSAGE, state: 'complete' }, null, 7)).toBe('');
    expect(spoken({ ...MESSAGE, role: 'user' }, null, 2)).toBe('');
    expect(spoken(null, null, null)).toBe('');
  });

  it('says that nothing was written where nothing was', () => {
    const empty = { ...MESSAGE, state: 'complete' as const, text: '' };
    expect(spoken(empty, null, 2)).toBe('The model wrote nothing.');
  });

  it('leaves a failure to its own note', () => {
    expect(spoken({ ...MESSAGE, state: 'stopped' }, null, 2)).toBe('The reply was stopped.');
    expect(spoken({ ...MESSAGE, state: 'failed' }, null, 2)).toBe('');
  });
});
