// What a text field needs to know beyond HTML: which Enter sends, and how high it should be.

/** WebKit and old input methods say "still composing" only by this code. */
const COMPOSING = 229;

/** Enter without Shift, and not the Enter that ends a word of an input method. */
export function sends(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  return !event.isComposing && event.keyCode !== COMPOSING;
}

/** Longer than this a text fills the field anyway, and measuring it costs a layout with each key. */
const SURELY_FULL = 10_000;

/** As high as its text; CSS sets the limit. (`field-sizing` is younger than many WebKitGTKs.) In sizes of
    its text, so that it grows with them. */
export function grow(field: HTMLTextAreaElement): void {
  if (field.value.length > SURELY_FULL) {
    field.style.height = '100vh';
    field.style.overflowY = 'auto';
    return;
  }
  field.style.height = 'auto';
  const height = field.scrollHeight;
  const size = Number.parseFloat(getComputedStyle(field).fontSize) || 16;
  field.style.height = `${height / size}em`;
  field.style.overflowY = height > field.clientHeight + 1 ? 'auto' : 'hidden';
}

/** To be attached to a field that grows: where its lines break anew, since its width or the size of its
    text is another, it is measured again. */
export function measured(field: HTMLTextAreaElement): () => void {
  let known = '';
  const sizes = new ResizeObserver(() => {
    // Its height changes with every measuring, and tells nothing.
    const now = `${field.clientWidth} ${getComputedStyle(field).fontSize}`;
    if (now === known) return;
    known = now;
    grow(field);
  });
  sizes.observe(field);
  return () => sizes.disconnect();
}
