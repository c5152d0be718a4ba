/** Pasted HTML, above all Word's, made so plain that the rich text editor reads from it what a person meant. */

const BULLET = /^[\s\u00a0]*(?:[·•▪◦‣o§–-]|\u2022)[\s\u00a0]+/;
const NUMBER = /^[\s\u00a0]*(?:\d{1,3}|[a-z])[.)][\s\u00a0]+/i;

/** `html` without styles, comments and the elements of office programs; Word's paragraphs that look like lists are lists. */
export function cleanPastedHtml(html: string): string {
  const page = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  const inside = page.body;
  for (const gone of inside.querySelectorAll("style, script, meta, link, title, xml, img, svg, iframe, object")) gone.remove();
  removeComments(inside, page);
  for (const element of [...inside.querySelectorAll<HTMLElement>("*")]) simplify(element, page);
  makeLists(inside, page);
  for (const element of inside.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (name !== "href" && name !== "start") element.removeAttribute(name);
    }
  }
  return inside.innerHTML;
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
  if (isBold || isItalic) replace(element, page, isBold ? "b" : "i", isBold && isItalic ? ["i"] : []);
  else unwrap(element);
}

function unwrap(element: HTMLElement): void {
  element.replaceWith(...element.childNodes);
}

function replace(element: HTMLElement, page: Document, tag: string, inner: readonly string[]): void {
  const outer = page.createElement(tag);
  let target: HTMLElement = outer;
  for (const name of inner) target = target.appendChild(page.createElement(name));
  target.append(...element.childNodes);
  element.replaceWith(outer);
}

/** Word writes an entry of a list as a paragraph of class MsoListParagraph…, with its bullet as text. */
function makeLists(root: HTMLElement, page: Document): void {
  let list: HTMLElement | undefined;
  for (const paragraph of [...root.querySelectorAll<HTMLElement>("p")]) {
    const kind = /^MsoList/i.test(paragraph.className) ? listKind(paragraph) : "";
    if (!kind) {
      list = undefined;
      continue;
    }
    const entry = page.createElement("li");
    stripMark(paragraph);
    entry.append(...paragraph.childNodes);
    const follows = list?.tagName.toLowerCase() === kind && paragraph.previousElementSibling === list;
    if (!list || !follows) {
      list = page.createElement(kind);
      paragraph.before(list);
    }
    list.append(entry);
    paragraph.remove();
  }
}


function listKind(paragraph: HTMLElement): string {
  const text = paragraph.textContent;
  return NUMBER.test(text) ? "ol" : BULLET.test(text) || paragraph.querySelector("[data-mark]") ? "ul" : "";
}

function stripMark(paragraph: HTMLElement): void {
  const mark = paragraph.querySelector("[data-mark]");
  if (mark) return mark.remove();
  const first = paragraph.ownerDocument.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT).nextNode();
  if (first?.nodeValue) first.nodeValue = first.nodeValue.replace(BULLET, "").replace(NUMBER, "");
}
