// An import of chats that the scripted backend plays: a large file that takes its time, and can be
// cancelled.
import type { Calls } from './calls';
import type { AppEvent, TakenIn } from './wire';

const CHATS = 1_240;
const BYTES = 500 << 20;
/** Steps in which it is told, and milliseconds of each. */
const STEPS = 20;
const STEP_MS = 250;

/** What became of so many chats. */
function taken(added: number): TakenIn {
  const chat = { title: 'Potatoes', program: 'ChatGPT', fate: 'added' as const, new: 2 };
  const chats = added > 0 ? [{ ...chat, why: null, left: [] }] : [];
  const counts = { added, grown: 0, known: 0, left: 0, more: Math.max(added - 1, 0) };
  return { ...counts, stopped: added < CHATS, chats, passedOver: [] };
}

export function intakeCalls(tell: (event: AppEvent) => void): {
  [Name in 'import_chats' | 'stop_import']: (request: Calls[Name]['request']) => unknown;
} {
  let end: (() => void) | null = null;
  return {
    import_chats: () =>
      new Promise<TakenIn>((resolve) => {
        let step = 0;
        const chats = (): number => Math.floor((CHATS * step) / STEPS);
        const timer = setInterval(() => {
          step += 1;
          if (step === STEPS) return end?.();
          const readBytes = (BYTES * step) / STEPS;
          tell({ type: 'arriving', arriving: { chats: chats(), readBytes, bytes: BYTES } });
        }, STEP_MS);
        end = () => {
          clearInterval(timer);
          end = null;
          tell({ type: 'arriving', arriving: null });
          resolve(taken(chats()));
        };
      }),
    stop_import: () => {
      end?.();
      return null;
    },
  };
}
