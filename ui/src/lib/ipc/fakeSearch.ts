// Finds words in the chats of a scene, one word at a time.
import type { SceneChat } from './fakeScenes';
import type { Hit } from './wire';

export function fakeSearch(chats: SceneChat[], query: string): Hit[] {
  const word = query.trim().toLowerCase();
  return chats.flatMap(({ row, messages, deleted }) => {
    if (deleted) return [];
    const has = (text: string): boolean => text.toLowerCase().includes(word);
    const found = messages.filter(({ text, thinking }) => has(text) || has(thinking));
    const best = found.at(-1);
    if (!best && !has(row.title)) return [];
    const inThinking = best !== undefined && !has(best.text);
    const text = (inThinking ? best.thinking : best?.text) ?? '';
    const at = text.toLowerCase().indexOf(word);
    const end = at + word.length;
    const snippet = best
      ? [text.slice(Math.max(at - 40, 0), at), text.slice(at, end), text.slice(end, end + 120)]
      : [];
    return {
      chat: row.id,
      title: row.title,
      changedMs: row.changedMs,
      count: found.length,
      message: best?.id ?? null,
      inThinking,
      file: null,
      snippet,
    };
  });
}
