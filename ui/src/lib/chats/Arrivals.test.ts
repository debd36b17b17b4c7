import { flushSync, mount, unmount } from 'svelte';
import { expect, it } from 'vitest';
import type { TakenIn } from '../ipc/wire';
import Arrivals from './Arrivals.svelte';

it('tells what became of each chat, and of each file that gave nothing', () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  const taken: TakenIn = {
    added: 1,
    grown: 1,
    known: 0,
    left: 2,
    stopped: false,
    more: 3,
    chats: [
      { title: 'Drawing', program: 'ChatGPT', fate: 'refused', new: 0, why: 'empty', left: [] },
      { title: 'Old', program: 'ChatGPT', fate: 'in_trash', new: 0, why: null, left: [] },
      {
        title: 'Cellar',
        program: 'ChatGPT',
        fate: 'added',
        new: 2,
        why: null,
        left: [{ kind: 'recordings', count: 2 }],
      },
      { title: '', program: 'Jan', fate: 'grown', new: 1, why: null, left: [] },
    ],
    passedOver: [{ file: 'user.json', why: 'no_chats' }],
  };
  const sheet = mount(Arrivals, {
    target: document.body,
    props: { arriving: null, oncancel: () => undefined },
  });
  flushSync();
  sheet.show(taken);
  flushSync();
  const text = (id: string): string[] =>
    [...document.querySelectorAll(`[data-testid="${id}"]`)].map((row) =>
      (row.textContent ?? '').replace(/\s+/g, ' ').trim(),
    );
  expect(text('arrival')).toEqual([
    'Drawing ChatGPT · Not imported: there is no text in it.',
    'Old ChatGPT · It is among the deleted chats, and stays there.',
    'Cellar ChatGPT · 2 messages. Left out: 2 recordings.',
    'No title Jan · 1 new message.',
  ]);
  expect(text('passed-over')).toEqual(['user.json Not imported: there are no chats in it.']);
  expect(document.querySelector('header p')?.textContent).toBe(
    '1 new chat, 1 updated, 2 not imported',
  );
  void unmount(sheet);
});
