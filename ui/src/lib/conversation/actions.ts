// What can be done with the messages of a conversation. What fails is told where notices stand.
import type { Model } from '../ipc/wire';

export interface MessageActions {
  /** Another question in the place of this one. */
  instead: (message: number, text: string, files: number[]) => void;
  /** What stands in a file that goes with a question. */
  file: (file: number) => void;
  /** Another reply to the same question; by another model if one is given, which then answers on. */
  again: (message: number, model?: string | null) => void;
  /** Models that could answer instead of the one that does. */
  others: () => Model[];
  /** The same, from now on without a GPU. */
  againAlone: (message: number) => void;
  /** What is kept of engines that stopped by themselves. */
  reports: () => void;
  /** The rest of a reply that was cut. */
  goOn: (message: number) => void;
  /** Another reply, with more thinking behind this one's. */
  thinkMore: (message: number) => void;
  /** The branch on which this message lies. */
  show: (message: number) => void;
  /** The message and all that followed it go, with a way back; `words` name it meanwhile. */
  remove: (message: number, words: string) => void;
  /** The thinking at work ends, and its answer begins. */
  answerNow: () => void;
}
