/** Pasted HTML, above all Word's, made so plain that the rich text editor reads from it what a person meant. */

import { plainLines, withoutMarks, type Line } from "../model/pasted.ts";
import { flattenTables } from "./paste-tables.ts";
import { makeWordLists } from "./paste-word.ts";

const WITHOUT_WORDS = "style, script, meta, link, title, xml, img, svg, iframe, object";
/** Begin a line of their own in browsers, which the rich text editor does not know. */
const LINES = "dt, details, summary, option, caption, legend, button, label, main, nav, menu, center, dialog, search";

/**
 * `html` without styles, comments and the elements of office programs. Word's paragraphs that look like lists are
 * lists, and the row of a table is a line. Without `lists`, each entry of a list is a line, too.
 */
export function cleanPastedHtml(html: string, lists = true): string {
  return cleaned(html, lists).innerHTML;
}

function cleaned(html: string, lists: boolean): HTMLElement {
  const plain = withoutStyles(html).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
  const page = new DOMParser().parseFromString(plain, "text/html");
  const inside = page.body;
  for (const gone of inside.querySelectorAll(WITHOUT_WORDS)) gone.remove();
  removeComments(inside, page);
  keepLineBreaks(inside, page);
  for (const element of [...inside.querySelectorAll<HTMLElement>("*")]) simplify(element, page);
  makeWordLists(inside, page);
  wrapLooseWords(inside, page);
  flattenTables(inside, page);
  for (const line of inside.querySelectorAll(lists ? LINES : `${LINES}, li, ul, ol`)) replace(line, page, "div");
  wrapLooseWords(inside, page);
  removeBlanks(inside);
  for (const element of inside.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (name !== "href" && name !== "start") element.removeAttribute(name);
    }
  }
  return inside;
}

const BLOCKS = "address, article, aside, blockquote, dd, div, dl, fieldset, figcaption, figure, footer, form, header, hr, li, ol, p, pre, section, tbody, td, tfoot, th, thead, tr, ul";

/** The lines of a clipboard that have words, without the marks of a list. */
export function linesOf(clipboard: DataTransfer | null): Line[] {
  const fromHtml = htmlLines(clipboard?.getData("text/html") ?? "");
  const lines = fromHtml.length > 0 ? fromHtml : plainLines(clipboard?.getData("text/plain") ?? "").map((text) => ({ text, url: "" }));
  const texts = withoutMarks(lines.map(({ text }) => text));
  return lines.map(({ url }, index) => ({ text: texts[index] ?? "", url }));
}

function htmlLines(html: string): Line[] {
  const inside = cleaned(html, false);
  const lines: { text: string; urls: Set<string> }[] = [{ text: "", urls: new Set() }];
  const begin = (): void => void lines.push({ text: "", urls: new Set() });
  const read = (node: Node): void => {
    const line = lines.at(-1);
    if (node.nodeType === Node.TEXT_NODE && line) {
      line.text += node.nodeValue ?? "";
      const href = node.parentElement?.closest("a[href]")?.getAttribute("href") ?? "";
      if (/^https?:\/\//i.test(href) && node.nodeValue?.trim()) line.urls.add(href);
      return;
    }
    const isBlock = node instanceof Element && node.matches(`${BLOCKS}, br`);
    if (isBlock) begin();
    node.childNodes.forEach(read);
    if (isBlock) begin();
  };
  read(inside);
  return lines
    .map(({ text, urls }) => ({ text: text.replace(/\s+/g, " ").trim(), url: urls.size === 1 ? ([...urls][0] ?? "") : "" }))
    .filter(({ text }) => text !== "");
}

/** Words beside a block become a block of their own: the rich text editor loses the blanks between them otherwise. */
function wrapLooseWords(container: Element, page: Document): void {
  const isBlock = (node: ChildNode): node is Element & ChildNode => node instanceof Element && (node.matches(BLOCKS) || node.querySelector(BLOCKS) !== null);
  const blocks = [...container.childNodes].filter(isBlock);
  blocks.forEach((block) => wrapLooseWords(block, page));
  if (blocks.length === 0) return;
  let line: HTMLElement | undefined;
  for (const node of [...container.childNodes]) {
    if (isBlock(node)) line = undefined;
    else if (line || node.textContent?.trim()) {
      if (!line) node.before((line = page.createElement("div")));
      line.append(node);
    }
  }
}

/** Lines without words, which programs put between paragraphs: paragraphs have their room without them. */
function removeBlanks(root: HTMLElement): void {
  for (const block of root.querySelectorAll("p, div, li, ul, ol, blockquote")) {
    if (!block.textContent.trim()) block.remove();
  }
  for (const end of [...root.querySelectorAll("br")].reverse()) {
    const isBeside = [end.previousElementSibling, end.nextElementSibling].some((beside) => beside?.matches(BLOCKS));
    const isLast = !end.nextElementSibling && !end.nextSibling?.textContent?.trim() && end.parentElement?.matches(`${BLOCKS}, body`);
    if (isBeside || isLast) end.remove();
  }
}

/** What is said by style is only read, never applied: our pages forbid it, and the browser complains at once. */
function withoutStyles(html: string): string {
  return html.replace(/(<[a-z][^<>]*?\s)style\s*=/gi, "$1data-style=").replace(/<style\b[\s\S]*?<\/style\s*>/gi, "");
}

function removeComments(root: HTMLElement, page: Document): void {
  const walker = page.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found: ChildNode[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as ChildNode);
  found.forEach((comment) => comment.remove());
}

/** The lines of code and of letters are only told by line ends in their text. */
function keepLineBreaks(root: HTMLElement, page: Document): void {
  for (const element of root.querySelectorAll("pre, textarea")) {
    const pieces = element.textContent.split("\n").flatMap((line, index) => (index > 0 ? [page.createElement("br"), line] : [line]));
    if (pieces.length > 1) element.replaceChildren(...pieces);
    if (element.matches("textarea")) replace(element, page, "div");
  }
}

/** What a program says by style is said by an element; headings become bold lines. */
function simplify(element: HTMLElement, page: Document): void {
  const style = element.dataset["style"]?.toLowerCase() ?? "";
  const tag = element.tagName.toLowerCase();
  if (/mso-list:\s*ignore/.test(style)) {
    element.dataset["mark"] = "";
    return;
  }
  if (/display:\s*none|mso-hide:\s*all/.test(style)) return element.remove();
  if ((tag === "b" || tag === "strong") && /(?<![-\w])font-weight:\s*(normal|400)/.test(style)) return unwrap(element);
  if (/^h[1-6]$/.test(tag)) return replace(element, page, "p", ["b"]);
  if (tag !== "span" && tag !== "font") return;
  const isBold = /(?<![-\w])font-weight:\s*(bold|[6-9]00)/.test(style);
  const isItalic = /(?<![-\w])font-style:\s*italic/.test(style);
  const marks = [...(isBold ? ["b"] : []), ...(isItalic ? ["i"] : [])];
  if (/(?<![-\w])display:\s*(block|flex|grid|list-item|table)/.test(style)) return replace(element, page, "div", marks);
  const [outer, ...inner] = marks;
  if (outer) replace(element, page, outer, inner);
  else unwrap(element);
}

function unwrap(element: HTMLElement): void {
  element.replaceWith(...element.childNodes);
}

function replace(element: Element, page: Document, tag: string, inner: readonly string[] = []): void {
  const outer = page.createElement(tag);
  let target: HTMLElement = outer;
  for (const name of inner) target = target.appendChild(page.createElement(name));
  target.append(...element.childNodes);
  element.replaceWith(outer);
}
