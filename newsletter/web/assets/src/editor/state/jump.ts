/** The ids of fields and parts on the page, and the way to them. */

import { tick } from "svelte";
import { partsOf, type Address } from "../model/validate.ts";
import { addressAt, spoken } from "../model/paths.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

export function fieldId(scope: string, name: string): string {
  return `field-${scope}-${name}`;
}

export function scopeId(scope: string): string {
  return `part-${scope}`;
}

/** Show a field, unfold what hides it, and put the focus into it. */
export async function jump(store: EditorStore, address: Address): Promise<void> {
  const [scope, name] = partsOf(address);
  store.unfolded = scope;
  await tick();
  await tick(); // what was folded is drawn in a second round
  const element = fieldOf(scope, name) ?? document.getElementById(scopeId(scope));
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

/** Go to the place that the page's address names after `#`, as the server writes places. */
export async function followHash(store: EditorStore): Promise<void> {
  const address = addressAt(store.issue, decoded(location.hash.slice(1)));
  if (address && spoken(store.issue, address)) await jump(store, address);
}

function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return ""; // half an escape names no place
  }
}

/** The field; a place may also be a whole group, then it is the first of its fields. */
function fieldOf(scope: string, name: string): HTMLElement | null {
  const id = fieldId(scope, name);
  const inside = `[id^="${CSS.escape(id)}."]`;
  return document.getElementById(id) ?? (name ? document.querySelector<HTMLElement>(inside) : null);
}
