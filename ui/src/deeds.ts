// What the views may ask for, as calls through the door. The window says what becomes of a failure.
import type { ChatActions } from './lib/chats/actions';
import type { MessageActions } from './lib/conversation/actions';
import type { Backend } from './lib/ipc/calls';
import type { Failure } from './lib/ipc/wire';
import type { ShelfActions } from './lib/shelf/actions';
import { fileName } from './lib/words/fileName';
import { t } from './lib/words/language.svelte';

/** `act` takes the call and leads the focus back to the field. */
export function messageDeeds(
  door: Backend,
  act: (call: Promise<unknown>) => void,
  answerNow: () => void,
): MessageActions {
  return {
    instead: (message, text) => act(door.call('ask_instead', { message, text })),
    again: (message) => act(door.call('ask_again', { message })),
    goOn: (message) => act(door.call('go_on', { message })),
    thinkMore: (message) => act(door.call('think_more', { message })),
    show: (message) => act(door.call('show_branch', { message })),
    answerNow,
  };
}

export function chatDeeds(
  door: Backend,
  note: (failure: Failure) => void,
  title: (chat: number) => string,
): Pick<ChatActions, 'copy' | 'takeIn' | 'pin'> {
  return {
    copy: (chat) => {
      const name = chat === null ? `${t('chats.allFile')}.json` : fileName(title(chat));
      door.call('export_chats', { chat, name }).catch(note);
    },
    takeIn: () => void door.call('import_chats', {}).catch(note),
    pin: (chat, pinned) => void door.call('pin_chat', { chat, pinned }).catch(note),
  };
}

export function shelfDeeds(door: Backend, note: (failure: Failure) => void): ShelfActions {
  return {
    pause: (key) => void door.call('pause_download', { key }).catch(note),
    resume: (key) => void door.call('resume_download', { key }).catch(note),
    cancel: (key) => void door.call('cancel_download', { key }).catch(note),
  };
}
