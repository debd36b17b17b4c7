// Rows of a table, shielded -> cells. A bar parts them unless a backslash hides it; the bars of formulas
// and code are under masks.

/** The cells of a row, all of them. */
export function cellsOf(row: string): string[] {
  const cells: string[] = [];
  let cell = '';
  for (const [part] of row.matchAll(/\\[\s\S]|\||[^\\|]+|\\/g)) {
    if (part === '|') {
      cells.push(cell);
      cell = '';
    } else {
      cell += part === '\\|' ? '|' : part;
    }
  }
  cells.push(cell);
  // The bars at both ends part nothing.
  if (cells.length > 1 && cells[0]!.trim() === '') cells.shift();
  if (cells.length > 1 && cells.at(-1)!.trim() === '') cells.pop();
  return cells.map((it) => it.trim());
}
