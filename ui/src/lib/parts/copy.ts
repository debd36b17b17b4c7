// Puts text on the clipboard. WebKitGTK may refuse the modern way; the old one then still works
// inside a click.

/** False when the system took it neither way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('aria-hidden', 'true');
  field.style.cssText = 'position:fixed;inset-block-start:-100vh';
  document.body.append(field);
  field.select();
  const taken = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return taken;
}
