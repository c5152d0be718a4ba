/** A document has no tables: each row becomes a line whose cells stay apart. */

const BETWEEN_CELLS = " · ";
const BLOCKS = "p, div, ul, ol, blockquote, pre, section, article, h1, h2, h3, h4, h5, h6";

/** Tables become lines, inner tables first. What only arranges a page is taken apart into what it arranges. */
export function flattenTables(root: HTMLElement, page: Document): void {
  for (const table of [...root.querySelectorAll("table")].reverse()) {
    const caption = table.querySelector("caption");
    const rows = [...table.rows].flatMap((row) => linesOf(row, page));
    const lines = caption?.textContent.trim() ? [wrapped([caption], page), ...rows] : rows;
    table.replaceWith(...lines);
  }
}

function linesOf(row: HTMLTableRowElement, page: Document): HTMLElement[] {
  const cells = [...row.cells].filter((cell) => cell.textContent.trim());
  const arranges = cells.length < 2 || cells.some((cell) => cell.querySelectorAll(BLOCKS).length > 1);
  if (arranges) return cells.map((cell) => wrapped([cell], page));
  for (const cell of cells) cell.querySelector(BLOCKS)?.replaceWith(...(cell.querySelector(BLOCKS)?.childNodes ?? []));
  return [wrapped(cells, page)];
}

/** A line with the contents of `parts`. */
function wrapped(parts: readonly Element[], page: Document): HTMLElement {
  const line = page.createElement("div");
  for (const [index, part] of parts.entries()) line.append(...(index > 0 ? [BETWEEN_CELLS] : []), ...part.childNodes);
  return line;
}
