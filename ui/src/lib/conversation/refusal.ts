// How Sprout says that it knows sums alone. It was trained on these words (`sprout/corpus.py`), in this
// language whatever it is asked in, and a test holds them together.
import type { Message } from '../ipc/wire';

const WORDS = 'pick a real R1 in the model list';

/** A reply of Sprout to something that only a real R1 knows. */
export function refuses({ model, text }: Message): boolean {
  return model === 'Sprout' && text.includes(WORDS);
}
