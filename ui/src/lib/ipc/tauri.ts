// The backend inside the real window. The only file that may import `@tauri-apps/api`.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Backend } from './calls';
import { toFailure } from './failure';

export const tauri: Backend = {
  async call(name, request) {
    try {
      return await invoke(name, { request });
    } catch (thrown) {
      throw toFailure(thrown);
    }
  },

  watch(name, request, listener, failed) {
    let closed = false;
    let subscription: number | null = null;

    const release = (): void => {
      if (subscription === null) return;
      // The window may be closing: nobody is left to tell when this fails.
      invoke('unwatch', { subscription }).catch(() => undefined);
      subscription = null;
    };

    const channel = new Channel<Parameters<typeof listener>[0]>((event) => {
      if (!closed) listener(event);
    });
    invoke<number>(name, { ...request, channel }).then(
      (number) => {
        subscription = number;
        if (closed) release();
      },
      (thrown: unknown) => {
        if (!closed) failed(toFailure(thrown));
      },
    );

    return () => {
      closed = true;
      release();
    };
  },
};
