/**
 * HTML entities, decoded by the browser, which has their table anyway: vite.config.ts puts this in the place of the
 * Markdown parser's own table of 2,231 names.
 */

let decoder: HTMLTextAreaElement | undefined;

/** `text` with its entities decoded. A text area's content is text: no element in it is ever made. */
export function decodeHTMLStrict(text: string): string {
  decoder ??= document.createElement("textarea");
  decoder.innerHTML = text;
  return decoder.value;
}
