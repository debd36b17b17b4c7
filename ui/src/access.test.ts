// What a screen reader meets in the window, beyond what axe sees (App.test.ts): names without keys in
// them, places that are told apart, a conversation that is not read letter by letter.
import { describe, expect, it } from 'vitest';
import { all, one, open, pass } from './opened';

/** What is read of an element's own words. */
function read(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const hidden of copy.querySelectorAll('[aria-hidden="true"]')) hidden.remove();
  return copy.textContent?.replace(/\s+/g, ' ').trim() ?? '';
}

describe('names', () => {
  it('have no keys in them: those are told as keys', async () => {
    await open('again');
    expect(read(one('new-chat'))).toBe('New chat');
    expect(one('new-chat').getAttribute('aria-keyshortcuts')).toBe('Control+N');
    expect(one('search').getAttribute('aria-label')).toBe('Search all chats');
    expect(read(one('search').closest('label')!)).toBe('');
    expect(one('search').getAttribute('aria-keyshortcuts')).toBe('Control+K');
  });

  it('tell the parts of a row apart, and no tooltip stands for what is read', async () => {
    await open('empty');
    await pass(20);
    one('first-pick').click();
    await pass(20);
    expect(read(one('candidate-toggle').querySelector('b')!)).not.toContain('Bbest');
    const names = all('candidate-toggle').map((row) => read(row.querySelector('b')!));
    expect(names).toContain('R1 Distill Qwen 1.5B best');
    expect(document.querySelectorAll('[data-testid="picker"] ul [title]')).toHaveLength(0);
    expect(one('best-time').title).toBe('');
  });
});

describe('places', () => {
  it('have a name each', async () => {
    await open('answered');
    const names = [...document.querySelectorAll('aside, nav, [role="log"]')].map((place) =>
      place.getAttribute('aria-label'),
    );
    expect(names).toEqual(['Sidebar', 'Chats', 'Conversation']);
  });

  it('that open are a menu or say whether they are open', async () => {
    await open('answered');
    const opening = [...document.querySelectorAll('[aria-haspopup]')];
    expect(opening.length).toBeGreaterThan(0);
    expect(opening.every((it) => it.getAttribute('aria-haspopup') === 'menu')).toBe(true);
  });

  it('the conversation is a log that is not read while it is written', async () => {
    await open('answering');
    expect(document.querySelector('[role="log"]')?.getAttribute('aria-live')).toBe('off');
  });
});
