// How a link deep inside a text reaches the shell: the window sets the way once, as context.
import { getContext, setContext } from 'svelte';

export type OpenLink = (url: string) => void;

const KEY = Symbol('open link');

export function setOpener(open: OpenLink): void {
  setContext(KEY, open);
}

export function getOpener(): OpenLink {
  return getContext<OpenLink | undefined>(KEY) ?? (() => undefined);
}
