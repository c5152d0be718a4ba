/** Links that were pasted alone go through the inbox: a worker reads their pages, and their stories fill in. */

import { fieldsOf, textAt } from "../model/document.ts";
import { fillStory } from "../model/stories.ts";
import { t } from "../i18n.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

/** Have the pages of those of these stories read that have a link and no headline. */
export async function collectLinks(store: EditorStore, scopes: readonly string[]): Promise<void> {
  const linked = scopes.flatMap((scope) => {
    const fields = fieldsOf(store.issue, scope) ?? {};
    const url = textAt(fields, "url");
    return url && !textAt(fields, "headline") ? [{ scope, url }] : [];
  });
  if (linked.length === 0) return;
  const entries = await store.server.addLinks(linked.map(({ url }) => url));
  if (typeof entries === "string") return store.tell(t(entries), store.canUndo);
  for (const [index, { id, item, is_fetching: isFetching }] of entries.entries()) {
    const { scope = "", url = "" } = linked[index] ?? {};
    if (!item || store.used.find(id)) continue; // the same link twice is one entry
    store.used.note(id, scope, { ...item, url }, !isFetching);
    if (!isFetching) store.absorb((issue) => fillStory(issue, scope, url, item));
    if (!isFetching) store.used.relink(id, textAt(item, "url"));
  }
  store.absorb((issue) => issue); // the server has to be told
  store.usedChanges += 1;
}
