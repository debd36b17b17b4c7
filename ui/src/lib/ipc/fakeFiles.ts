// What the scripted backend keeps of files: those of drafts, and their texts.
import type { Calls } from './calls';
import type { Attached, DraftFiles, Failure, Remark } from './wire';

/** Characters of a token, about. */
const LETTERS = 4;
const CONTEXT = 2048;
const ROOM = 1024;

export class FakeFiles {
  #next = 1;
  #texts = new Map<number, { name: string; text: string }>();
  #drafts = new Map<number | null, Attached[]>();

  /** A file as one that was read. */
  make(name: string, text: string, ...remarks: Remark[]): Attached {
    const id = this.#next++;
    this.#texts.set(id, { name, text });
    return { id, name, bytes: new Blob([text]).size, remarks };
  }

  of(chat: number | null): DraftFiles {
    const there = [...(this.#drafts.get(chat) ?? [])];
    const rereadable = there.filter(({ remarks }) =>
      remarks.some(({ type }) => type !== 'pictures'),
    );
    return { there, reading: [], rereadable: rereadable.map(({ id }) => id) };
  }

  put(chat: number | null, ...files: Attached[]): void {
    this.#drafts.set(chat, [...(this.#drafts.get(chat) ?? []), ...files]);
  }

  /** Takes files out of a draft, to go with a question. */
  take(chat: number | null, ids: number[]): Attached[] {
    const all = this.#drafts.get(chat) ?? [];
    this.#drafts.set(
      chat,
      all.filter(({ id }) => !ids.includes(id)),
    );
    return all.filter(({ id }) => ids.includes(id));
  }

  /** As if a file of a draft were read as another encoding. */
  read(file: number, encoding: string): number | null {
    for (const [chat, files] of this.#drafts) {
      const at = files.findIndex(({ id }) => id === file);
      if (at < 0) continue;
      const { name, text } = this.text(file);
      files[at] = this.make(name, `${encoding}: ${text}`, { type: 'chosen', encoding });
      return chat;
    }
    return null;
  }

  /** Takes a file out of whichever draft has it. */
  drop(file: number): number | null {
    for (const [chat, files] of this.#drafts) {
      if (files.some(({ id }) => id === file)) {
        this.take(chat, [file]);
        return chat;
      }
    }
    throw { code: 'not_found', message: `there is no file ${file}`, hint: null } satisfies Failure;
  }

  text(file: number): { name: string; text: string } {
    return this.#texts.get(file)!;
  }

  tokens(file: number): number {
    return Math.ceil(this.text(file).text.length / LETTERS);
  }
}

type Handles =
  | 'attach'
  | 'detach'
  | 'stop_reading'
  | 'set_letters'
  | 'file_text'
  | 'weigh'
  | 'export_chats'
  | 'set_copy'
  | 'show_copy';

export function filesCalls(
  files: FakeFiles,
  tell: (chat: number | null) => void,
): { [Name in Handles]: (request: Calls[Name]['request']) => unknown } {
  return {
    attach: ({ chat }) => {
      files.put(chat, files.make('letter to my aunt.txt', 'Dear aunt,\n\ntwo and two is four.\n'));
      tell(chat);
      return null;
    },
    detach: ({ file }) => {
      tell(files.drop(file));
      return null;
    },
    stop_reading: () => null,
    set_letters: ({ file, encoding }) => {
      tell(files.read(file, encoding));
      return null;
    },
    // Nobody chooses a file here.
    export_chats: ({ name }) => ({ type: 'saved', place: `…/Documents/${name}` }),
    set_copy: ({ copy }) => ({ type: 'saved', place: `…/Documents/${copy}.html` }),
    show_copy: () => null,
    file_text: ({ file }) => files.text(file),
    weigh: ({ files: ids, text }) => {
      const each = ids.map((id) => files.tokens(id));
      const total = each.reduce((sum, one) => sum + one, Math.ceil(text.length / LETTERS));
      const fits = total + ROOM <= CONTEXT;
      return { files: each, total, room: ROOM, context: CONTEXT, fits, exact: fits };
    },
  };
}
