/** What the page does in the document of a preview, in which nothing runs by itself: look, scroll, hear of a press. */

import type { Issue } from "../model/document.ts";
import type { Address } from "../model/validate.ts";
import { addressShown, beginningsOf, normal } from "../model/shown-places.ts";

const TEXTS = "h1, h2, h3, h4, p, li, td, a, strong";
const LONGEST = 1_500; // letters of what may be one text; beyond that it is a part of the page

/** The field whose words were pressed; a picture is known by its alternative text. */
export function addressPressed(issue: Issue, pressed: Element): Address | undefined {
  for (let element: Element | null = pressed; element; element = element.parentElement) {
    const words = element.getAttribute("alt") ?? element.textContent;
    if (words.length > LONGEST) return undefined;
    const address = words.trim() ? addressShown(issue, words) : undefined;
    if (address) return address;
  }
  return undefined;
}

/** Bring what is shown of a scope into view, if it is out of it; false when it is not shown. */
export function scrollToScope(page: Document, issue: Issue, scope: string): boolean {
  const element = beginningsOf(issue, scope).map((words) => elementWith(page, words)).find(Boolean);
  const view = page.defaultView;
  if (!element || !view) return false;
  const { top, bottom } = element.getBoundingClientRect();
  if (top < 0 || bottom > view.innerHeight) view.scrollBy({ top: top - view.innerHeight / 4 });
  return true;
}

/** The smallest element that holds `words`. */
function elementWith(page: Document, words: string): Element | undefined {
  let smallest: { element: Element; length: number } | undefined;
  for (const element of page.querySelectorAll(TEXTS)) {
    const text = normal(element.textContent);
    if (text.includes(words) && text.length < (smallest?.length ?? Number.POSITIVE_INFINITY)) smallest = { element, length: text.length };
  }
  return smallest?.element;
}
