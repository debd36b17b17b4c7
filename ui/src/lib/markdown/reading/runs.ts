// Runs of `*`, `_` and `~`: which can open emphasis and which can close it, by CommonMark's flanking
// rules with the amendment for CJK text (github.com/tats-u/markdown-cjk-friendly), and which are
// text. In a text that reasons a star is more often a product than a mark, and a product that loses its
// sign is worse than a word that is not slanted: what may be either stays as it was written.
import { isCjk, isPunctuation, isSpace, isWord, letterAt, letterBefore } from './letters';

export type Mark = '*' | '_' | '~';

export interface Run {
  mark: Mark;
  length: number;
  opens: boolean;
  closes: boolean;
  /** Behind the punctuation of a sentence and before a letter: within what such a run opened it closes. */
  endsLabel: boolean;
  /** Behind a space, a bracket or CJK: more likely emphasis than not, before its end is there. */
  beginsWords: boolean;
}

/** A formula, code or an address as a neighbour: `at` a place of its first or last letter. */
export type IsPiece = (at: number) => boolean;

const CLOSING_BRACKET = /^[)\]}|]$/;
const OPENING_BRACKET = /^[([{|]$/;
const SIGN = /^[-+−±√\\$#&~.]$/;
const DOTS_AHEAD = /^ ?(?:\.{2,3}|[…⋯]) ?\*/;
const DOTS_BEHIND = /\* ?(?:\.{2,3}|[…⋯]) ?$/;
const BEFORE_WORDS = /^[\p{Pi}\p{Ps}"'*_~—–:]$/u;
const QUOTE = /^["']$/;
const DIGIT = /^\p{N}$/u;
const ENDS_SENTENCE = /^[:.!?,;%)\]”’"']$/;
/** `__init__`: a name of a program between two pairs of underscores. */
const DUNDER = /^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)$/;
const LONGEST_NAME = 64;

/** The run at `at`; `null` where it is text. */
export function readRun(text: string, at: number, length: number, isPiece: IsPiece): Run | null {
  const mark = text[at] as Mark;
  const [before, after] = [letterBefore(text, at), letterAt(text, at + length)];
  if (mark === '~' ? length !== 2 : isText(text, at, length, before, after, isPiece)) return null;
  const [left, right] = flanks(before, after, isPiece(at - 1), isPiece(at + length));
  const [inner, outer] = [isPunctuation(after), isPunctuation(before)];
  return {
    mark,
    length,
    opens: mark === '_' ? left && (!right || outer) : left,
    closes: mark === '_' ? right && (!left || inner) : right,
    beginsWords: isSpace(before) || isCjk(before) || BEFORE_WORDS.test(before),
    endsLabel: mark !== '_' && length === 2 && ENDS_SENTENCE.test(before) && isWord(after),
  };
}

/** Whether a run leans on what follows it, and on what stands before it. */
function flanks(
  before: string,
  after: string,
  pieceBefore: boolean,
  pieceAfter: boolean,
): [boolean, boolean] {
  // A piece is a word that may stand beside punctuation without a space, as CJK letters do.
  const [isFreeBefore, isFreeAfter] = [pieceBefore || isCjk(before), pieceAfter || isCjk(after)];
  const ahead = isPunctuation(after) && !isFreeAfter;
  const behind = isPunctuation(before) && !isFreeBefore;
  const left = !isSpace(after) && (!ahead || isSpace(before) || behind || isFreeBefore);
  const right = !isSpace(before) && (!behind || isSpace(after) || ahead || isFreeAfter);
  return [left, right];
}

function isText(
  text: string,
  at: number,
  length: number,
  before: string,
  after: string,
  isPiece: IsPiece,
): boolean {
  const end = at + length;
  if (length === 1 && (isPiece(at - 1) || isPiece(end))) {
    if (isTight(before, isPiece(at - 1)) && isTight(after, isPiece(end))) return true;
  }
  const isBehind = isWord(before) || CLOSING_BRACKET.test(before);
  if (isBehind && (isWord(after) || OPENING_BRACKET.test(after))) return true;
  if (text[at] === '_') return length === 2 && isDunder(text, at);
  if (QUOTE.test(before) && QUOTE.test(after)) return true;
  if (isBesideDots(text, at, end)) return true;
  const next = letterAt(text, end + after.length);
  // `(a)*-(b)` and `(a)**-2`; behind a word the flanks tell enough, and "*p*-value" is slanted.
  const isFactor =
    DIGIT.test(next) || (length === 1 && (isWord(next) || OPENING_BRACKET.test(next)));
  if (CLOSING_BRACKET.test(before) && SIGN.test(after) && isFactor) return true;
  return length === 1 && isProduct(text, at);
}

/** `1*2*...*n`: dots between two products. */
function isBesideDots(text: string, at: number, end: number): boolean {
  return (
    DOTS_AHEAD.test(text.slice(end, end + 6)) ||
    DOTS_BEHIND.test(text.slice(Math.max(at - 6, 0), at))
  );
}

/** `5 *3`, `4* 2` and `4* (a`: no emphasis begins or ends between a number and what it is taken times. */
function isProduct(text: string, at: number): boolean {
  let [from, to] = [at, at + 1];
  while (text[from - 1] === ' ') from -= 1;
  while (text[to] === ' ') to += 1;
  const after = letterAt(text, to);
  return DIGIT.test(letterBefore(text, from)) && (DIGIT.test(after) || OPENING_BRACKET.test(after));
}

function isTight(letter: string, isPart: boolean): boolean {
  return isPart || isWord(letter) || CLOSING_BRACKET.test(letter) || OPENING_BRACKET.test(letter);
}

function isDunder(text: string, at: number): boolean {
  const after = text.indexOf('__', at + 2);
  if (after > 0 && after - at <= LONGEST_NAME && DUNDER.test(text.slice(at + 2, after)))
    return true;
  const before = text.lastIndexOf('__', at - 1);
  return (
    at > 0 && before >= 0 && at - before <= LONGEST_NAME && DUNDER.test(text.slice(before + 2, at))
  );
}
