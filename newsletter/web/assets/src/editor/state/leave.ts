/** Leaving the editor by a link, with everything saved. */
import { t } from "../i18n.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

export type LinkEvent = MouseEvent & { currentTarget: HTMLAnchorElement };

/** Follow the link once what was typed is saved; say so if it cannot be. */
export async function leave(store: EditorStore, event: LinkEvent): Promise<void> {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !store.isBehind) return;
  event.preventDefault();
  const { href } = event.currentTarget;
  await store.flush();
  if (store.isBehind) store.announce(t("Not everything is saved yet."));
  else location.assign(href);
}
