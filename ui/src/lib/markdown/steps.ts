// The steps of a thought: the paragraphs and headings of its own, each after a blank line. Lists,
// code, quotes and formulas belong to the step above them. Found line by line, without lexing: it
// takes under a millisecond for the longest thought, so a folded one can tell how many it has.
import { normal } from './blocks';

const BLANK = /^[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Indented, a list's, a quote's, a table's, a formula's. */
const BELONGS_ABOVE = /^(?:[ \t]|[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|[>|]|\\\[|\$\$|\\begin\{)/;
const RULE = /^([-*_])[ \t]*(?:\1[ \t]*){2,}$/;

/** Where the steps begin: each is the `at` of a block. */
export function stepsOf(text: string): Set<number> {
  const source = normal(text);
  const steps = new Set<number>();
  let fence: string | null = null;
  let isAfterBlank = true;
  for (let at = 0, end = 0; at < source.length; at = end + 1) {
    end = source.indexOf('\n', at);
    if (end < 0) end = source.length;
    const line = source.slice(at, end);
    const marks = FENCE.exec(line)?.[1];
    if (fence !== null) {
      if (marks?.startsWith(fence) && line.trim() === marks) fence = null;
      isAfterBlank = false;
    } else if (marks !== undefined) {
      fence = marks;
      isAfterBlank = false;
    } else if (BLANK.test(line)) {
      isAfterBlank = true;
    } else {
      if (isAfterBlank && !BELONGS_ABOVE.test(line) && !RULE.test(line)) steps.add(at);
      isAfterBlank = false;
    }
  }
  return steps;
}
