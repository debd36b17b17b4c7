// One scripted reply: loading, reading, thinking, answering, with pauses like those of a small
// machine. It thinks in front of you and can do two sums.
import type { ChatEvent, EngineState, Message } from './wire';

export interface Pace {
  loadMs: number;
  readMs: number;
  tokenMs: number;
}

const CONTEXT = 2048;

export class FakeReply {
  #message: Message;
  #tell: (event: ChatEvent) => void;
  #pace: Pace;
  #tokens: { kind: 'thinking' | 'answer'; text: string }[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(message: Message, question: string, pace: Pace, tell: (event: ChatEvent) => void) {
    this.#message = message;
    this.#pace = pace;
    this.#tell = tell;
    const { thinking, answer } = script(question);
    this.#tokens = [...split(thinking, 'thinking'), ...split(answer, 'answer')];
  }

  start(mustLoad: boolean, engine: (state: EngineState) => void): void {
    if (mustLoad) this.#load(0, engine);
    else this.#read();
  }

  /** Leaves out the rest of the thought. */
  answerNow(): null {
    this.#tokens = this.#tokens.filter((token) => token.kind === 'answer');
    this.#message.closedBy = 'asked';
    return null;
  }

  stop(): null {
    clearTimeout(this.#timer);
    this.#end('stopped');
    return null;
  }

  #load(progress: number, engine: (state: EngineState) => void): void {
    if (progress >= 1) {
      engine({ type: 'ready', context: CONTEXT });
      return this.#read();
    }
    engine({ type: 'loading', progress });
    this.#phase({ type: 'loading', progress });
    this.#later(this.#pace.loadMs / 4, () => this.#load(progress + 0.25, engine));
  }

  #read(): void {
    this.#phase({ type: 'reading', done: 12, total: 24 });
    this.#later(this.#pace.readMs, () => {
      this.#phase({ type: 'thinking' });
      this.#next();
    });
  }

  #next(): void {
    const token = this.#tokens.shift();
    if (!token) return this.#end('complete');
    const message = this.#message;
    if (token.kind === 'thinking') {
      message.thinking += token.text;
      message.thinkingTokens += 1;
      message.thinkingMs += this.#pace.tokenMs;
    } else {
      if (message.text === '') this.#phase({ type: 'answering' });
      message.text += token.text;
      message.answerTokens += 1;
      message.answerMs += this.#pace.tokenMs;
    }
    const { id, thinkingTokens, answerTokens, thinkingMs, answerMs } = message;
    this.#tell({
      type: 'growth',
      rethought: false,
      message: id,
      thinking: token.kind === 'thinking' ? token.text : '',
      answer: token.kind === 'answer' ? token.text : '',
      thinkingTokens,
      answerTokens,
      thinkingMs,
      answerMs,
    });
    this.#later(this.#pace.tokenMs, () => this.#next());
  }

  #end(state: 'complete' | 'stopped'): void {
    this.#message.state = state;
    this.#message.decodePerSecond = 1000 / this.#pace.tokenMs;
    this.#tell({ type: 'end', message: structuredClone(this.#message) });
  }

  #phase(phase: Extract<ChatEvent, { type: 'phase' }>['phase']): void {
    this.#tell({ type: 'phase', message: this.#message.id, phase });
  }

  #later(ms: number, act: () => void): void {
    this.#timer = setTimeout(act, ms);
  }
}

function split<Kind extends string>(text: string, kind: Kind): { kind: Kind; text: string }[] {
  return (text.match(/\s*\S+\s*$|\s*\S+/g) ?? []).map((word) => ({ kind, text: word }));
}

function script(question: string): { thinking: string; answer: string } {
  const add = /(\d+)\s*\+\s*(\d+)/.exec(question);
  const take = /take\s+(\d+)\s+from\s+(\d+)/i.exec(question);
  if (add) return sum(Number(add[1]), '+', Number(add[2]));
  if (take) return sum(Number(take[2]), '−', Number(take[1]));
  return {
    thinking: 'The question is not a sum. I should say what I am and what I can do.',
    answer:
      'I am **Sprout**, a practice model that came with Spud. I know:\n\n- adding, like `47 + 38`\n- taking away, like `420 − 158`\n\nFor anything else I am too small.',
  };
}

function sum(a: number, sign: '+' | '−', b: number): { thinking: string; answer: string } {
  const result = sign === '+' ? a + b : a - b;
  const [tens, ones] = [b - (b % 10), b % 10];
  const half = sign === '+' ? a + tens : a - tens;
  return {
    thinking: `I need ${a} ${sign} ${b}. I take the tens first: ${a} ${sign} ${tens} is ${half}. Then the ones: ${half} ${sign} ${ones} is ${result}. Check it once more from the other side. It holds.`,
    answer: `${a} ${sign} ${b} = **${result}**`,
  };
}

/** A question as it was sent; a reply begins from it. */
export function emptyMessage(id: number, text: string, parent: number | null): Message {
  return {
    id,
    parent,
    siblings: [id],
    role: 'user',
    text,
    files: [],
    thinking: '',
    state: 'complete',
    failure: null,
    model: '',
    promptTokens: 0,
    cachedTokens: 0,
    thinkingTokens: 0,
    answerTokens: 0,
    thinkingMs: 0,
    answerMs: 0,
    decodePerSecond: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    closedBy: null,
    leftOut: null,
    createdMs: Date.now(),
  };
}
