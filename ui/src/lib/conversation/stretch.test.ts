// Which messages of a long chat are drawn.
import { describe, expect, it } from 'vitest';
import type { Message } from '../ipc/wire';
import { FEW, PAGE, Stretch } from './stretch.svelte';

const chat = (length: number): Message[] =>
  Array.from({ length }, (_, id) => ({ id }) as unknown as Message);

function drawn(stretch: Stretch, messages: Message[]): [number, number] {
  const shown = stretch.of(messages);
  return [messages.indexOf(shown[0]!), messages.indexOf(shown.at(-1)!)];
}

describe('the stretch of a chat that is drawn', () => {
  it('is its end, and follows it', () => {
    const stretch = new Stretch();
    expect(drawn(stretch, chat(2000))).toEqual([2000 - FEW, 1999]);
    expect(drawn(stretch, chat(2001))).toEqual([2001 - FEW, 2000]);
    stretch.earlier(PAGE);
    expect([drawn(stretch, chat(2000))[0], stretch.isGrowing]).toEqual([2000 - FEW - PAGE, false]);
  });

  it('goes to a far place and leaves out what is between', () => {
    const [stretch, messages] = [new Stretch(), chat(2000)];
    stretch.around(messages, 3);
    expect(drawn(stretch, messages)).toEqual([0, 3 + 2 * FEW - 1]);
    expect([stretch.isAtEnd, stretch.below(messages)]).toEqual([false, 2000 - 13]);
    // What joins the end meanwhile moves nothing.
    expect(drawn(stretch, chat(2001))).toEqual([0, 12]);
    stretch.later(messages, PAGE);
    expect(drawn(stretch, messages)).toEqual([0, 12 + PAGE]);
    stretch.toEnd();
    expect(drawn(stretch, messages)).toEqual([2000 - FEW, 1999]);
  });

  it('stays where a place is drawn already, and grows to one that is near', () => {
    const [stretch, messages] = [new Stretch(), chat(100)];
    stretch.around(messages, 97);
    expect(drawn(stretch, messages)).toEqual([95, 99]);
    stretch.around(messages, 60);
    expect(drawn(stretch, messages)).toEqual([55, 99]);
    expect(stretch.isAtEnd).toBe(true);
  });

  it('ends where later ones reach the end, and outlives a shorter branch', () => {
    const [stretch, messages] = [new Stretch(), chat(100)];
    stretch.around(messages, 2);
    expect(drawn(stretch, chat(5))).toEqual([0, 4]);
    stretch.later(messages, 1000);
    expect([stretch.isAtEnd, drawn(stretch, messages)[1]]).toEqual([true, 99]);
  });
});
