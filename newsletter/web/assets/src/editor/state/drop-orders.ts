/** The new orders of lists after something was dropped: two lists of one drop are one step. */

import { dropped } from "./actions.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

const waiting = new WeakMap<EditorStore, Map<string, readonly string[]>>();

/** The list of the section has these entries now, in this order; it is taken over once every list has said so. */
export function noteOrder(store: EditorStore, section: string, keys: readonly string[]): void {
  const orders = waiting.get(store) ?? new Map<string, readonly string[]>();
  if (orders.size === 0) {
    waiting.set(store, orders);
    queueMicrotask(() => {
      waiting.delete(store);
      store.change(dropped(store.issue, orders), section);
    });
  }
  orders.set(section, keys);
}
