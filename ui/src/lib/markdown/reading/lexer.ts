// marked's lexer of blocks, for a shielded text (`shield.ts`): without HTML, without definitions, and
// in time that grows with the length of the text, whatever a hostile one holds. What stands among
// words it leaves alone (`inline.ts`).
import { Lexer, Tokenizer, type Token, type Tokens, type TokensList } from 'marked';
import { nextDisplayed, readDisplayed } from './displayed';
import { Lookahead } from './lookahead';
import { beginningOfPiece, GROWING, isInside } from './mask';
import { cellsOf } from './tables';

/** Nobody nests further to be read; a hostile text does, to exhaust the stack. */
const DEEPEST = 8;

/**
 * A heading longer than this, underlined, is none. marked looks for the line below it as far as the
 * text goes without a blank line, and does so again at each of its blocks.
 */
const LONGEST_HEADING = 2000;

/**
 * A paragraph longer than this is cut at the next line's end, or, where a line is as long again, at
 * a sentence's. Some models think in ten thousand lines without a blank one, and a paragraph is
 * lexed and laid out as a whole with each word that is added to it.
 */
const LONGEST_PARAGRAPH = 4000;
const LINE = /\n/g;
const SENTENCE = /[.!?…]\s+(?=\p{L})|[。！？]/gu;
const WORD = /\s(?=\p{L})/gu;
/** The first half of a character, which its second one must follow. */
const HALF = /[\uD800-\uDBFF]$/;
const COMPARED = /^ {0,3}> ?=? ?[-+−]?[\d.,]+ ?%?\s*$/;
const UNDERLINE = /\n {0,3}(?:={3,}|-{3,})[ \t]*\n*$/;
const NO_ITEM = /^ {0,3}(?:(?:[-*+]|\d{1,9}[.)])\s*$|[-*+][ \t]+[\d.,]*\d[ \t]*(?:\n|$))/;
const LONE_NUMBER = /^ {0,3}\d{1,9}[.)][ \t]*(?:\n[ \t]*)?(?:\n|$)/;
const NEXT_LONE_NUMBER = new Lookahead((source) => {
  const found = /\n[ \t]*\n( {0,3}\d{1,9}[.)][ \t]*(?:\n[ \t]*)?(?:\n|$))/.exec(source);
  return found ? found.index + found[0].length - found[1]!.length : -1;
});
/** The token of a paragraph that was cut. */
export const CUT = 'cut paragraph';

/** The tokens of a shielded text; their `raw`s cover it without a gap. */
export function tokensOf(shielded: string): Token[] {
  return new PlainLexer({ ...OPTIONS, tokenizer: new PlainTokenizer() }).lex(shielded);
}

/** Where the paragraph with which `source` begins is cut, if it should be that long; -1 for nowhere. */
function cutOf(source: string): number {
  if (source.length <= LONGEST_PARAGRAPH) return -1;
  const far = source.slice(0, 2 * LONGEST_PARAGRAPH);
  const line = placeBehind(LINE, far);
  if (line >= 0) return line;
  if (source.length <= 2 * LONGEST_PARAGRAPH) return -1;
  const sentence = placeBehind(SENTENCE, far);
  if (sentence >= 0) return sentence;
  const word = placeBehind(WORD, far);
  return word >= 0 ? word : outsidePieces(far, far.length - (HALF.test(far) ? 1 : 0));
}

/** Not within a piece, unless that is all there is. */
function outsidePieces(text: string, cut: number): number {
  const piece = isInside(text, cut) ? beginningOfPiece(text, cut) : cut;
  return piece > LONGEST_PARAGRAPH / 2 ? piece : cut;
}

/** Behind the first of these that stands far enough, and in no piece. */
function placeBehind(what: RegExp, text: string): number {
  what.lastIndex = LONGEST_PARAGRAPH;
  for (let found = what.exec(text); found; found = what.exec(text)) {
    if (!isInside(text, what.lastIndex)) return what.lastIndex;
  }
  return -1;
}

/** Where a paragraph must end that begins a character before `source`. */
function startOfBlock(source: string): number | undefined {
  const next = nextDisplayed(source);
  if (next >= 0 && next <= LONGEST_PARAGRAPH) return next;
  // It ends by itself, mostly.
  if (source.slice(0, LONGEST_PARAGRAPH).includes('\n\n')) return undefined;
  const ends = [next, cutOf(source)].filter((end) => end >= 0);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function readBlock(source: string, tokens: Token[]): Tokens.Generic | undefined {
  // marked would join what follows to a paragraph that was cut.
  const last = tokens.at(-1) as Tokens.Generic | undefined;
  if (last?.type === 'paragraph' && last.raw.length >= LONGEST_PARAGRAPH) last.type = CUT;
  return readDisplayed(source);
}

class PlainTokenizer extends Tokenizer {
  #depth = 0;

  // Raw HTML stays text. (marked also keeps state across blocks for it, which would make a text
  // lexed in parts differ from the same text lexed whole.)
  override html(): undefined {
    return undefined;
  }
  // A definition at the end would change links at the beginning, long since drawn and sealed.
  override def(): undefined {
    return undefined;
  }
  override lheading(source: string): Tokens.Heading | undefined {
    const heading = super.lheading(source.slice(0, LONGEST_HEADING));
    // The end of the part is not the end of a line.
    const isWhole = heading && heading.raw.length < LONGEST_HEADING - 1;
    // A sign on a line of its own is more often one of a sum than a heading's.
    return isWhole && UNDERLINE.test(heading.raw) ? heading : undefined;
  }
  // Whether it is one is told by its first two lines; marked would read the whole text for it, and
  // drop the cells of a row that its head has no name for.
  override table(source: string): Tokens.Table | undefined {
    const head = /^.*\n.*(?:\n|$)/.exec(source)?.[0];
    const table = head && super.table(head) ? super.table(source) : undefined;
    if (!table) return undefined;
    const rows = table.raw.split('\n').slice(2).map(cellsOf);
    const cell = (text: string): Tokens.TableCell => ({
      text,
      tokens: [],
      header: false,
      align: null,
    });
    return { ...table, rows: rows.map((cells) => cells.map(cell)) };
  }
  // One line that is a number is compared with it: "> 5".
  override blockquote(source: string): Tokens.Blockquote | undefined {
    const quote = this.#deeper(() => super.blockquote(source));
    return quote && COMPARED.test(quote.raw) ? undefined : quote;
  }
  // A number sign with nothing behind it is text.
  override heading(source: string): Tokens.Heading | undefined {
    const heading = super.heading(source);
    return heading?.text.trim() === '' && !heading.raw.endsWith(GROWING) ? undefined : heading;
  }

  // The one item of a list with nothing in it is text: "42.", or a lone minus; so is one that is a number,
  // with the sign that it has in a sum; and a number that stands alone between blank lines, before or
  // behind a list.
  override list(source: string): Tokens.List | undefined {
    if (LONE_NUMBER.test(source)) return undefined;
    const end = NEXT_LONE_NUMBER.next(source);
    const list = this.#deeper(() => super.list(end < 0 ? source : source.slice(0, end)));
    const [only] = list?.items.length === 1 ? list.items : [];
    return only && NO_ITEM.test(only.raw) && !only.raw.endsWith(GROWING) ? undefined : list;
  }

  #deeper<T>(parse: () => T): T | undefined {
    if (this.#depth >= DEEPEST) return undefined;
    this.#depth += 1;
    try {
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }
}

class PlainLexer extends Lexer {
  override blockTokens(source: string, tokens?: Token[], lastClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, lastClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens?: Token[], lastClipped?: boolean): Token[] {
    return Lookahead.within(() => super.blockTokens(source, tokens, lastClipped));
  }

  override inlineTokens(_source: string, tokens: Token[] = []): Token[] {
    return tokens;
  }
}

const OPTIONS = {
  gfm: true,
  breaks: true,
  extensions: {
    renderers: {},
    childTokens: {},
    block: [readBlock],
    inline: [],
    startBlock: [startOfBlock],
    startInline: [],
  },
};
