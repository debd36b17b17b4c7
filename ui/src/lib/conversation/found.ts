// Where words stand in what is drawn, also across the borders of elements (a bold syllable, a
// formula's sign), whatever their case. Marked by the browser's own highlights, so that the page's
// elements stay as they are.

/** The most places of a message that are marked; more would hold a slow machine. */
export const MOST = 2000;

/** What was asked, thought and answered; labels and buttons are not. */
const TEXTS = '.question p, .markdown';
/** A formula is there twice, the second time for screen readers. */
const ASIDE = '.katex-mathml';

/** The places of `words` in the messages that are drawn inside `root`, by their numbers, in order. */
export function placesByMessage(root: Element, words: string): Map<number, Range[]> {
  const drawn = [...root.querySelectorAll<HTMLElement>('[data-message]')];
  return new Map(
    drawn.map((message) => {
      const texts = [...message.querySelectorAll(TEXTS)];
      const ranges = texts.flatMap((text) => places(text, words));
      return [Number(message.dataset['message']), ranges];
    }),
  );
}

/** How often `words` stand in a text as it was written, which is about as often as it will show. */
export function countIn(text: string, words: string): number {
  const wanted = fold(words);
  if (wanted === '') return 0;
  return fold(text).split(wanted).length - 1;
}

/** The places of `words` in the text of `root`, in order. */
export function places(root: Node, words: string): Range[] {
  const wanted = fold(words);
  if (wanted === '') return [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(ASIDE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes: Text[] = [];
  const starts: number[] = [];
  let text = '';
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push(node);
    starts.push(text.length);
    text += fold(node.data);
  }
  const found: Range[] = [];
  let at = text.indexOf(wanted);
  while (at >= 0 && found.length < MOST) {
    const range = document.createRange();
    const [first, last] = [nodeAt(starts, at), nodeAt(starts, at + wanted.length - 1)];
    range.setStart(nodes[first]!, at - starts[first]!);
    range.setEnd(nodes[last]!, at + wanted.length - starts[last]!);
    found.push(range);
    at = text.indexOf(wanted, at + wanted.length);
  }
  return found;
}

/** Small letters, one for each: a place in the folded text is a place in the text. */
function fold(text: string): string {
  const small = text.toLowerCase();
  if (small.length === text.length) return small;
  return Array.from(text, (letter) => {
    const one = letter.toLowerCase();
    return one.length === letter.length ? one : letter;
  }).join('');
}

/** The last node that begins at or before `place`. */
function nodeAt(starts: number[], place: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}
