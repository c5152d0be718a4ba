/** What is shown beside the document. Whether the inbox is, this device remembers. */

import { getContext, setContext } from "svelte";

export type Pane = "inbox" | "write" | "preview" | "check" | "comments";

const READER = Symbol("reader");

/** How the page of an entry is opened beside the document. */
export function providePageReader(read: (id: number) => void): void {
  setContext(READER, read);
}

export function pageReader(): (id: number) => void {
  return getContext<(id: number) => void>(READER);
}

const NAME = "newsletter:editor:inbox";

export function isInboxOpen(): boolean {
  try {
    return localStorage.getItem(NAME) === "open";
  } catch {
    return false; // a browser that forbids it throws at the mere mention
  }
}

export function keepInboxOpen(isOpen: boolean): void {
  try {
    if (isOpen) localStorage.setItem(NAME, "open");
    else localStorage.removeItem(NAME);
  } catch {
    // It is closed again on the next page.
  }
}
