/** Word writes an entry of a list as a paragraph that carries its bullet or number as text. */

const LIST_CLASS = /^MsoList/i;
const LIST_STYLE = /mso-list:\s*l\d/i;

/** Paragraphs that carry a mark become entries of lists; a paragraph without one keeps every word. */
export function makeWordLists(root: HTMLElement, page: Document): void {
  let list: HTMLElement | undefined;
  for (const paragraph of [...root.querySelectorAll<HTMLElement>("p")]) {
    const mark = paragraph.querySelector("[data-mark]");
    const isEntry = LIST_CLASS.test(paragraph.className) || LIST_STYLE.test(paragraph.dataset["style"] ?? "");
    if (!mark || !isEntry) {
      list = undefined;
      continue;
    }
    const number = /^\s*(?:(\d{1,3})|[a-z]{1,4})[.)]/i.exec(mark.textContent.replaceAll("\u00a0", " "));
    const tag = number ? "ol" : "ul";
    if (list?.tagName.toLowerCase() !== tag || paragraph.previousElementSibling !== list) {
      list = page.createElement(tag);
      if (number?.[1]) list.setAttribute("start", number[1]);
      paragraph.before(list);
    }
    mark.remove();
    const entry = page.createElement("li");
    entry.append(...paragraph.childNodes);
    list.append(entry);
    paragraph.remove();
  }
}
