// What Ctrl+A takes, and where the right mouse button has a menu: words of the conversation or of the
// sheet over it, never the window around them.

/** Carries the words of the open chat; `base.css` lets only these and sheets be selected. */
const WORDS = '[data-words]';

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

/** Whether a key asks for all words outside a field. */
export function asksForAll(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, shiftKey, altKey, key, target } = event;
  return (
    (ctrlKey || metaKey) && !shiftKey && !altKey && key.toLowerCase() === 'a' && !isField(target)
  );
}

/** Selects the words of the sheet that is open, else those of the conversation; nothing where neither is. */
export function selectWords(): void {
  const sheet = [...document.querySelectorAll('dialog[open]')].at(-1);
  const words = sheet ?? document.querySelector(WORDS);
  if (words) getSelection()?.selectAllChildren(words);
}

/** Whether the system's menu has something to do where the right button was pressed: in a field, on
    words that are selected, on a link. */
export function hasSystemMenu(target: EventTarget | null): boolean {
  if (isField(target)) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('a[href]')) return true;
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(target, true);
}
