// Larger and smaller text, by keys and by the wheel: the same value as in the settings.

/** In percent of the usual. */
export const TEXT_SIZES = [75, 90, 100, 110, 125, 150, 175, 200];

const USUAL = 100;

/** What a notch of a wheel scrolls, in CSS pixels; a touchpad comes in smaller steps. */
const NOTCH = 60;

export type Zoom = 'larger' | 'smaller' | 'usual size';

/** The size after this one; itself at the end. */
export function sized(percent: number, zoom: Zoom): number {
  if (zoom === 'usual size') return USUAL;
  const next =
    zoom === 'larger'
      ? TEXT_SIZES.find((size) => size > percent)
      : TEXT_SIZES.findLast((size) => size < percent);
  return next ?? percent;
}

/** Keys that browsers have for it, on any layout. */
export function zoomKey(event: KeyboardEvent): Zoom | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  if (event.key === '+' || event.key === '=') return 'larger';
  if (event.key === '-' || event.key === '_') return 'smaller';
  return event.key === '0' ? 'usual size' : null;
}

/** Takes the wheel while Ctrl is held, in notches. */
export function zoomWheel(zoom: (zoom: Zoom) => void): (page: Window) => () => void {
  let turned = 0;
  const onwheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) {
      turned = 0;
      return;
    }
    event.preventDefault();
    turned += event.deltaY;
    if (Math.abs(turned) < NOTCH) return;
    zoom(turned < 0 ? 'larger' : 'smaller');
    turned = 0;
  };
  return (page) => {
    // Not passive: the page must not scroll meanwhile.
    page.addEventListener('wheel', onwheel, { passive: false });
    return () => page.removeEventListener('wheel', onwheel);
  };
}
