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
  /** Behind the punctuation of a sentence and before a letter: within bold it can only close. */
  endsLabel: boolean;
}

/** A formula, code or an address as a neighbour: `at` a place of its first or last letter. */
export type IsPiece = (at: number) => boolean;

const CLOSING_BRACKET = /^[)\]}|]$/;
const OPENING_BRACKET = /^[([{|]$/;
const SIGN = /^[-+−±√\\$#&~.]$/;
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
    endsLabel: mark === '*' && length === 2 && ENDS_SENTENCE.test(before) && isWord(after),
  };
}

/** Whether a run leans on what follows it, and on what stands before it. */
function flanks(
  before: string,
  after: string,
  pieceBefore: boolean,
  pieceAfter: boolean,
): [boolean, boolean] {
  const [ahead, behind] = [outsideCjk(after, pieceAfter), outsideCjk(before, pieceBefore)];
  const left = !isSpace(after) && (!ahead || isSpace(before) || behind || isCjk(before));
  const right = !isSpace(before) && (!behind || isSpace(after) || ahead || isCjk(after));
  return [left, right];
}

/** Punctuation that is not of CJK. A piece counts as a word. */
function outsideCjk(letter: string, isPart: boolean): boolean {
  return !isPart && isPunctuation(letter) && !isCjk(letter);
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
  if (length > 1) return false;
  const next = letterAt(text, end + after.length);
  if (isBehind && SIGN.test(after) && (isWord(next) || OPENING_BRACKET.test(next))) return true;
  return isProduct(text, at, isPiece);
}

/** `5 *3` and `4* 2`, with digits or brackets on both sides: no emphasis between numbers. */
function isProduct(text: string, at: number, isPiece: IsPiece): boolean {
  let [from, to] = [at, at + 1];
  while (text[from - 1] === ' ') from -= 1;
  while (text[to] === ' ') to += 1;
  const [before, after] = [letterBefore(text, from), letterAt(text, to)];
  const isBehind = DIGIT.test(before) || CLOSING_BRACKET.test(before) || isPiece(from - 1);
  return isBehind && (DIGIT.test(after) || OPENING_BRACKET.test(after) || isPiece(to));
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
