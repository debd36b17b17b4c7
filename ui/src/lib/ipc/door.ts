// Chooses what stands behind the door: the shell in Spud's window, a script in a plain browser.
// The script is a chunk of its own that the window never loads.
import type { Backend } from './calls';
import { tauri } from './tauri';

export async function openDoor(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return tauri;
  const { fakeFromAddress } = await import('./fake');
  return fakeFromAddress(window.location.search);
}
