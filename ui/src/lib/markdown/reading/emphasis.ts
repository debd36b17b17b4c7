// Runs of marks and what stands between them -> bold, slanted and struck-out spans, by CommonMark's
// algorithm: each closing run takes the nearest that may have opened it, and nothing is looked at
// twice in vain. Over the end of a line only runs find each other that can do nothing else: a star
// that is open by mistake (`*.txt`) takes no word of the next line.
import type { Run } from './runs';
import type { Span } from './spans';

export type Part = { run: Run } | { span: Span };

/** Nobody nests further to be read; a hostile text does, to exhaust the stack. */
const DEEPEST = 8;

const BEGINS_WORDS = /^[\p{L}\p{N}\p{Pi}\p{Ps}"'*_~]/u;

interface Opener {
  run: Run;
  /** How much of it is left. */
  left: number;
  /** Where it stands among the parts that were read. */
  place: number;
  line: number;
  /** Counts up. */
  id: number;
}

/** What was read; an opener stands in it as null until it is known what it is. */
type Read = Span | null;

/** While the text is still being written (`grows`) what is open reaches to its end. */
export function emphasised(parts: Part[], grows: boolean): Span[] {
  const reader = new Emphasis();
  for (const part of parts) {
    if ('span' in part) reader.take(part.span);
    else reader.meet(part.run);
  }
  return reader.end(grows);
}

class Emphasis {
  #read: Read[] = [];
  #openers: Opener[] = [];
  #count = 0;
  #line = 0;
  /** Up to which opener was searched in vain, for each kind of closing run. */
  #vain = new Map<string, number>();
  #depths = new WeakMap<Span, number>();

  take(span: Span): void {
    if (span.type === 'break') this.#line += 1;
    this.#read.push(span);
  }

  meet(run: Run): void {
    let left = run.length;
    const inLabel = run.endsLabel && this.#isOpen(run.mark);
    if (run.closes || inLabel) left = this.#close(run, left);
    if (left === 0) return;
    if (!run.opens || inLabel) {
      this.take({ type: 'text', text: run.mark.repeat(left) });
      return;
    }
    this.#count += 1;
    this.#openers.push({ run, left, place: this.#read.length, line: this.#line, id: this.#count });
    this.#read.push(null);
  }

  end(grows: boolean): Span[] {
    while (grows && this.#openers.length > 0) {
      const opener = this.#openers.at(-1)!;
      const isEmpty = opener.place === this.#read.length - 1;
      if (isEmpty) this.#openers.pop();
      else if (!this.#mayClose(opener)) this.#forget(this.#openers.length - 1);
      // What is left of it then is wrapped in its turn.
      else this.#wrap(opener, opener.left === 1 ? 1 : 2);
    }
    this.#forget(0);
    return joined(this.#read);
  }

  /** Whether a run of two of this mark is open. */
  #isOpen(mark: Run['mark']): boolean {
    return this.#openers.some((it) => it.run.mark === mark && it.left >= 2);
  }

  /** Whether what is open is more likely emphasis than not, before its end is there. */
  #mayClose({ run, line, place }: Opener): boolean {
    const next = this.#read[place + 1];
    const isSign = run.length === 1 && next?.type === 'text' && !BEGINS_WORDS.test(next.text);
    return run.beginsWords && run.mark !== '_' && !isSign && (line === this.#line || !run.closes);
  }

  #close(run: Run, length: number): number {
    let left = length;
    const key = `${run.mark}${run.opens}${run.endsLabel}${run.length % 3}`;
    while (left > 0) {
      const at = this.#openerOf(run, left, this.#vain.get(key) ?? 0);
      if (at < 0) {
        this.#vain.set(key, this.#openers.at(-1)?.id ?? this.#count);
        return left;
      }
      this.#forget(at + 1);
      const opener = this.#openers[at]!;
      const used = run.mark === '~' || (left >= 2 && opener.left >= 2) ? 2 : 1;
      this.#wrap(opener, used);
      left -= used;
    }
    return 0;
  }

  #openerOf(closer: Run, left: number, vain: number): number {
    for (let at = this.#openers.length - 1; at >= 0; at -= 1) {
      const { run, line, id } = this.#openers[at]!;
      if (id <= vain) break;
      if (line < this.#line && (run.closes || closer.opens)) continue;
      if (run.mark !== closer.mark || (closer.endsLabel && left === 2 && run.length < 2)) continue;
      const isMixed = (run.closes || closer.opens) && !closer.endsLabel;
      const sum = run.length + closer.length;
      if (!isMixed || sum % 3 !== 0 || (run.length % 3 === 0 && closer.length % 3 === 0)) return at;
    }
    return -1;
  }

  /** Puts what stands behind `opener` into a span of its own, and takes so much of the mark. */
  #wrap(opener: Opener, used: number): void {
    const inside = joined(this.#read.splice(opener.place + 1));
    const depth = inside.reduce((most, it) => Math.max(most, this.#depths.get(it) ?? 0), 0) + 1;
    const mark = opener.run.mark;
    if (depth > DEEPEST) {
      const text = mark.repeat(used);
      for (const it of [
        { type: 'text', text } as Span,
        ...inside,
        { type: 'text', text } as Span,
      ]) {
        this.#read.push(it);
      }
    } else {
      const type = mark === '~' ? 'strike' : used === 2 ? 'strong' : 'emphasis';
      const span: Span = { type, spans: inside };
      this.#depths.set(span, depth);
      this.#read.push(span);
    }
    opener.left -= used;
    if (opener.left > 0) return;
    // It was the last: what was behind it is inside the span now.
    this.#openers.pop();
  }

  /** Openers from this one on will not be closed: they are text. */
  #forget(from: number): void {
    for (const { run, left, place } of this.#openers.splice(from)) {
      this.#read[place] = { type: 'text', text: run.mark.repeat(left) };
    }
  }
}

/** Texts side by side are one. */
function joined(read: Read[]): Span[] {
  const spans: Span[] = [];
  for (const span of read) {
    const last = spans.at(-1);
    if (span?.type === 'text' && last?.type === 'text') {
      spans[spans.length - 1] = { type: 'text', text: last.text + span.text };
    } else if (span) {
      spans.push(span);
    }
  }
  return spans;
}
