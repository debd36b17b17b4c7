// The focus never falls into nothing. When what has it leaves the page (a row that is deleted, a note
// that is dismissed, a question that is answered), it goes to the nearest thing that stayed. Popovers
// and dialogs lead it back by themselves; whoever knows a better place leads it there before.

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary, [tabindex="0"]';

/** Watches `page` until it is called off. In a `home` the focus is led by `home` itself. */
export function keepFocus(page: HTMLElement, home: string, lead: () => void): () => void {
  /** What has the focus, and all that it lies in, from the inside out. */
  let trail: Element[] = [];

  const remember = (event: FocusEvent): void => {
    trail = [];
    for (let at = event.target as Element | null; at !== null && at !== page; at = at.parentElement)
      trail.push(at);
  };
  // Who clicks beside everything wants the focus nowhere.
  const forget = (): void => void (trail = []);

  const look = (): void => {
    const [had, ...around] = trail;
    if (had === undefined || document.activeElement !== document.body) return;
    const isThere = had.isConnected && isSeen(had);
    // While something is done it is disabled, and loses the focus: it has it again, or is gone.
    if (isThere && had.matches(':disabled')) return;
    trail = [];
    if (isThere) return void (had as HTMLElement).focus();
    for (const place of around) {
      if (!place.isConnected) continue;
      if (place.matches(home)) return lead();
      const next = [...place.querySelectorAll<HTMLElement>(FOCUSABLE)].find(isSeen);
      if (next) return next.focus();
    }
    lead();
  };

  const observer = new MutationObserver(look);
  observer.observe(page, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden'],
  });
  page.addEventListener('focusin', remember);
  page.addEventListener('pointerdown', forget);
  return () => {
    observer.disconnect();
    page.removeEventListener('focusin', remember);
    page.removeEventListener('pointerdown', forget);
  };
}

function isSeen(element: Element): boolean {
  return element.getClientRects().length > 0;
}
