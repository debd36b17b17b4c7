// The day it is, for a window that stays open over midnight.
import { createSubscriber } from 'svelte/reactivity';
import { untilMidnight } from '../words/time';

const subscribe = createSubscriber((changed) => {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tell, untilMidnight(Date.now()));
  };
  const tell = (): void => {
    changed();
    arm();
  };
  arm();
  // A laptop asleep at midnight hears no timer, but its window is looked at again.
  window.addEventListener('focus', tell);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('focus', tell);
  };
});

/** Now, in milliseconds since 1970; read again when the day may have changed. */
export function today(): number {
  subscribe();
  return Date.now();
}
