/** The way from one field of the document to the next one, for the Enter key. */

const FIELDS = '[id^="field-"]:is(input, textarea, select, [role="textbox"])';
const END = ".sects-end button";

/** Focus the first field after `from` that is shown; after the last one, what adds a section. */
export function focusNext(from: Element): void {
  const isAfter = (field: Element): boolean => Boolean(from.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
  const fields = [...document.querySelectorAll<HTMLElement>(FIELDS)];
  const next = fields.find((field) => isAfter(field) && field.checkVisibility());
  (next ?? document.querySelector<HTMLElement>(END))?.focus();
}
