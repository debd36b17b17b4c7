// The whole of what is cut, as the system shows it where the pointer rests. Where nothing is cut it would
// only repeat what is read and lie over what is beside it.

/** To be attached to what has the words, or to a button around them. */
export function cutWords(words: () => string): (node: HTMLElement) => () => void {
  return (node) => {
    const show = (): void => {
      if ([node, ...node.querySelectorAll('*')].some(isCut)) node.title = words();
      else hide();
    };
    // It is read by now, and what opens here must not be covered. A screen reader has read it whole.
    const hide = (): void => node.removeAttribute('title');
    const hiding = ['pointerdown', 'pointerleave'] as const;
    node.addEventListener('pointerenter', show);
    for (const event of hiding) node.addEventListener(event, hide);
    return () => {
      node.removeEventListener('pointerenter', show);
      for (const event of hiding) node.removeEventListener(event, hide);
    };
  };
}

function isCut(element: Element): boolean {
  return !element.matches('.unseen, .unseen *') && element.scrollWidth > element.clientWidth + 1;
}
