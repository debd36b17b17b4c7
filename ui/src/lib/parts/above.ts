// Where a panel stands that is opened by a button at the foot of the window: above it, and inside the
// window however narrow that is, and however it changes while the panel is open. The focus goes into it,
// however it was opened: WebKit leaves it outside after a click, and the keys then go past the panel.

/** Between the button and the panel, and between the panel and the window's edges, in CSS pixels. */
const GAP = 6;

/** To be attached to the panel, which has `tabindex="-1"`; the button names it by `popovertarget` and
    `aria-controls`. */
export function above(panel: HTMLElement): () => void {
  const button = (): Element | null => document.querySelector(`[popovertarget="${panel.id}"]`);
  const place = (): void => {
    const anchor = button();
    if (anchor && panel.matches(':popover-open')) placeAbove(panel, anchor);
  };
  const onToggle = (event: Event): void => {
    const isOpen = (event as ToggleEvent).newState === 'open';
    button()?.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) return;
    place();
    // A key may have been quicker than the event, and moved it on inside.
    if (!panel.contains(document.activeElement)) panel.focus({ preventScroll: true });
  };
  panel.addEventListener('toggle', onToggle);
  window.addEventListener('resize', place);
  return () => {
    panel.removeEventListener('toggle', onToggle);
    window.removeEventListener('resize', place);
  };
}

function placeAbove(panel: HTMLElement, button: Element): void {
  const anchor = button.getBoundingClientRect();
  const { width } = panel.getBoundingClientRect();
  const left = Math.min(anchor.left, window.innerWidth - width - GAP);
  panel.style.left = `${Math.max(left, GAP)}px`;
  // It grows upwards when something is added to it.
  panel.style.bottom = `${window.innerHeight - anchor.top + GAP}px`;
  panel.style.maxHeight = `${anchor.top - 2 * GAP}px`;
}
