// Typing with the caret nowhere: it is meant for the question, and in a sheet for its search. The first
// letter too, since whoever hears of a key before it is written somewhere may still say where.

/** What has keys of its own, or words. */
const OWN =
  'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="menu"], [role="listbox"]';

/** Whether a key that nothing else takes is a letter, or a paste, of a question that somebody begins. */
export function goesToField(event: KeyboardEvent): boolean {
  // What lies over the window has the keys.
  return isWords(event) && !document.querySelector('dialog[open], :popover-open');
}

/** In a sheet, the same for what is marked with `data-typed`. */
export function typedInto(sheet: HTMLElement): () => void {
  const lead = (event: KeyboardEvent): void => {
    if (isWords(event)) sheet.querySelector<HTMLElement>('[data-typed]')?.focus();
  };
  sheet.addEventListener('keydown', lead);
  return () => sheet.removeEventListener('keydown', lead);
}

/** Whether a key writes where nothing takes it. */
function isWords(event: KeyboardEvent): boolean {
  // A word that an input method is at, or a key that it took for itself, is not touched.
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.target instanceof Element && event.target.closest(OWN)) return false;
  return isPaste(event) || isLetter(event);
}

function isPaste({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): boolean {
  if (altKey) return false;
  if (key === 'Insert') return shiftKey && !ctrlKey && !metaKey;
  return key.toLowerCase() === 'v' && (ctrlKey || metaKey);
}

/** Not a blank: it presses buttons and turns pages. */
function isLetter({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  // Both are AltGr, which writes letters, as Windows tells it.
  if (ctrlKey !== altKey || metaKey) return false;
  return [...key].length === 1 && key !== ' ';
}
