// What the views may ask for, as calls through the door. The window says what becomes of a failure.
import type { ChatActions } from './lib/chats/actions';
import type { MessageActions } from './lib/conversation/actions';
import type { InstructionsDoor } from './lib/conversation/instructionsDoor';
import type { Backend } from './lib/ipc/calls';
import type { Failure } from './lib/ipc/wire';
import type { SettingsDoor } from './lib/settings/door';
import type { ShelfActions } from './lib/shelf/actions';
import type { AppState } from './lib/state/app.svelte';
import type { FilesDoor } from './lib/state/attachments.svelte';
import type { BinDoor } from './lib/state/bin.svelte';
import type { PickerCalls } from './lib/state/picker.svelte';
import type { QuestionDoor } from './lib/state/question.svelte';
import { fileName } from './lib/words/fileName';
import { t } from './lib/words/language.svelte';
import { saveCopy } from './saveCopy';

/** `act` takes the call and leads the focus back to the field. */
export function messageDeeds(
  door: Backend,
  note: (failure: Failure) => void,
  act: (call: Promise<unknown>) => void,
  answerNow: () => void,
  remove: (message: number, words: string) => void,
  file: (file: number) => void,
  reports: () => void,
  app: AppState,
): MessageActions {
  const alone = async (message: number): Promise<void> => {
    const set = app.preferences;
    if (set) await door.call('set_preferences', { preferences: { ...set, device: 'processor' } });
    await door.call('ask_again', { message, model: null });
  };
  return {
    instead: (message, text, files) => act(door.call('ask_instead', { message, text, files })),
    file,
    again: (message, model = null) => act(door.call('ask_again', { message, model })),
    others: () => app.others,
    againAlone: (message) => act(alone(message)),
    reports,
    goOn: (message) => act(door.call('go_on', { message })),
    thinkMore: (message) => act(door.call('think_more', { message })),
    // Who steps through them goes on stepping (`Branches`).
    show: (message) => void door.call('show_branch', { message }).catch(note),
    answerNow,
    remove,
  };
}

export function chatDeeds(
  door: Backend,
  note: (failure: Failure) => void,
  app: AppState,
  saved: (place: string | null) => void,
): Pick<ChatActions, 'copy' | 'pin' | 'put' | 'rename'> {
  return {
    rename: async (chat, title) => void (await door.call('rename_chat', { chat, title })),
    copy: (chat) => {
      const name =
        chat === null ? `${t('chats.allFile')}.json` : fileName(app.row(chat)?.title ?? '');
      void saveCopy(door, chat, name).then(saved, note);
    },
    put: (chat, folder) => void door.call('set_folder', { chat, folder }).catch(note),
    pin: (chat, pinned) => void door.call('pin_chat', { chat, pinned }).catch(note),
  };
}

export function instructionsDoor(door: Backend, done: () => void): InstructionsDoor {
  return {
    setInstructions: async (chat, text) =>
      void (await door.call('set_instructions', { chat, text })),
    setManner: async (chat, manner) => void (await door.call('set_manner', { chat, manner })),
    savePreset: async (preset) => void (await door.call('save_preset', { preset })),
    removePreset: async (name) => void (await door.call('remove_preset', { name })),
    done,
  };
}

export function settingsDoor(door: Backend): SettingsDoor {
  return {
    set: async (preferences) => void (await door.call('set_preferences', { preferences })),
    data: () => door.call('data_view', {}),
    chooseFolder: async () => void (await door.call('choose_models_folder', {})),
    backUp: async () => void (await door.call('back_up_now', {})),
    showFolder: async () => void (await door.call('show_data_folder', {})),
    setSafeMode: async (safe) => void (await door.call('set_safe_mode', { safe })),
  };
}

export function filesDoor(door: Backend): FilesDoor {
  return {
    attach: async (chat, dropped) => void (await door.call('attach', { chat, dropped })),
    detach: async (file) => void (await door.call('detach', { file })),
    stopReading: async (number) => void (await door.call('stop_reading', { number })),
    setLetters: async (file, encoding) => void (await door.call('set_letters', { file, encoding })),
    weigh: (request) => door.call('weigh', request),
  };
}

export function shelfDeeds(door: Backend, note: (failure: Failure) => void): ShelfActions {
  return {
    pause: (key) => void door.call('pause_download', { key }).catch(note),
    resume: (key) => void door.call('resume_download', { key }).catch(note),
    cancel: (key) => void door.call('cancel_download', { key }).catch(note),
    tokenPlace: async (host) => (await door.call('token_place', { host })).place,
    agree: (key, host, repository) =>
      void door
        .call('agree_token', { host, repository })
        .then(() => door.call('resume_download', { key }))
        .catch(note),
  };
}

export function pickerDoor(door: Backend): PickerCalls {
  return {
    survey: (again) => door.call('survey', { again }),
    fit: (request) => door.call('fit_model', request),
    chooseFolder: async () => void (await door.call('choose_models_folder', {})),
    setPatience: async (patienceMs) => void (await door.call('set_patience', { patienceMs })),
  };
}

export function binDoor(door: Backend): BinDoor {
  return {
    removeChat: (chat) => door.call('delete_chat', { chat }),
    restoreChat: (chat) => door.call('restore_chat', { chat }),
    removeMessage: (message) => door.call('remove_message', { message }),
    restoreMessage: (message) => door.call('restore_message', { message }),
    eraseChats: (chats) => door.call('erase_chats', { chats }),
  };
}

/** `going` takes the files that go with the next question of a chat. */
export function questionDoor(
  door: Backend,
  going: (chat: number | null) => number[],
): QuestionDoor {
  return {
    send: async (chat, text) => (await door.call('send', { chat, text, files: going(chat) })).chat,
    save: async (chat, text) => void (await door.call('save_draft', { chat, text })),
  };
}
