// The keys of the window, as one pure rule. Keys of a part (the list's arrows, the field's Enter)
// are that part's own.

export type Shortcut =
  | 'new'
  | 'stop'
  | 'search'
  | 'find'
  | 'answer now'
  | 'undo'
  | 'rename'
  | 'hide side'
  | 'side'
  | 'settings'
  | 'keys';

export interface Situation {
  isReplying: boolean;
  isThinking: boolean;
  isSideShown: boolean;
  /** A deleted chat can be taken back. */
  canUndo: boolean;
  canRename: boolean;
  /** A conversation is open. */
  canFind: boolean;
}

export function shortcut(event: KeyboardEvent, now: Situation): Shortcut | null {
  // A sheet that is open has the keys: what lies behind it must not change unseen.
  if (document.querySelector('dialog[open]')) return null;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && !event.shiftKey && !event.altKey) {
    const key = event.key.toLowerCase();
    if (key === 'n') return 'new';
    if (key === 'k') return 'search';
    if (key === 'b') return 'side';
    if (key === ',') return 'settings';
    if (key === '/') return 'keys';
    if (key === 'f' && now.canFind) return 'find';
    if (key === 'enter' && now.isThinking) return 'answer now';
    if (key === 'z' && now.canUndo && !hasOwnUndo(event.target)) return 'undo';
    return null;
  }
  if (event.key === 'F1') return 'keys';
  if (event.key === 'F2' && now.canRename) return 'rename';
  if (event.key === 'Escape') {
    // A popover that is open closes with this Esc; nothing else should happen.
    if (document.querySelector(':popover-open')) return null;
    if (now.isSideShown) return 'hide side';
    if (now.isReplying) return 'stop';
  }
  return null;
}

/** A field with words in it: Ctrl+Z there takes back what was typed. */
function hasOwnUndo(target: EventTarget | null): boolean {
  const isField = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
  return isField && target.value !== '';
}
