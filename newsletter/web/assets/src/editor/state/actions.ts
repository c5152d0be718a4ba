/** Moving, adding and removing as the page does it: the change, the words that tell it, and where the focus goes. */

import { tick } from "svelte";
import { blockOf } from "../model/blocks.ts";
import { KEY, locate, type Entry, type Fields, type Issue, type Json, type Section } from "../model/document.ts";
import * as edit from "../model/edit.ts";
import { fitting } from "../model/pasted.ts";
import { t, plural } from "../i18n.ts";
import { collectLinks } from "./collect.ts";
import type { EditorStore } from "./editor-store.svelte.ts";
import { fieldId, scopeId } from "./jump.ts";

export function titleOf(section: Section): string {
  return String(section.fields["title"] || "") || t(blockOf(section.type).label);
}

export function nameOf(entry: Entry, type: string): string {
  const name = writtenName(entry, type);
  return name.length > 60 ? `${name.slice(0, 57).trimEnd()}…` : name || t("Untitled");
}

function writtenName(entry: Entry, type: string): string {
  return blockOf(type).entries?.name(entry).trim() ?? "";
}

/** Focus what had the focus before the page was drawn anew, or the part itself. */
async function keepFocus(scope: string): Promise<void> {
  const id = document.activeElement?.id;
  await tick();
  const before = id ? document.getElementById(id) : null;
  (before ?? document.getElementById(scopeId(scope)))?.focus();
}

async function focusField(scope: string, names: readonly string[]): Promise<void> {
  await tick();
  const found = names.map((name) => document.getElementById(fieldId(scope, name))).find(Boolean);
  (found ?? document.getElementById(scopeId(scope)))?.focus();
}

export function addSection(store: EditorStore, type: string, index: number): void {
  const [issue, id] = edit.addSection(store.issue, type, index);
  const withFirst = blockOf(type).entries ? edit.addEntry(issue, id, 0)[0] : issue;
  store.change(withFirst, id);
  store.announce(t("{block} added.", { block: t(blockOf(type).label) }));
  void focusField(id, type === "button" ? ["label"] : ["title", "key"]);
}

export function duplicateSection(store: EditorStore, section: Section): void {
  const [issue, id] = edit.duplicateSection(store.issue, section.id);
  store.change(issue, id);
  store.announce(t("“{title}” duplicated.", { title: titleOf(section) }));
  void focusField(id, []);
}

export function removeSection(store: EditorStore, section: Section): void {
  const index = store.issue.sections.indexOf(section);
  store.change(edit.removeSection(store.issue, section.id), section.id);
  store.tell(t("“{title}” deleted.", { title: titleOf(section) }), true);
  const next = store.issue.sections[Math.min(index, store.issue.sections.length - 1)];
  void focusField(next?.id ?? "", []);
}

export function moveSection(store: EditorStore, section: Section, to: number): void {
  const from = store.issue.sections.findIndex((candidate) => candidate.id === section.id);
  const issue = edit.moveSection(store.issue, section.id, to);
  if (issue === store.issue) {
    store.announce(from <= 0 ? t("Already at the top.") : t("Already at the end."));
    return;
  }
  const restored = keepFocus(section.id);
  store.change(issue, section.id);
  void restored;
  const place = issue.sections.findIndex((candidate) => candidate.id === section.id) + 1;
  const words = "“{title}” moved to position {place} of {count}.";
  store.announce(t(words, { title: titleOf(section), place, count: issue.sections.length }));
}

export function addEntry(store: EditorStore, section: Section, index: number, given: { readonly [name: string]: Json } = {}): void {
  if (edit.isFull(section)) {
    store.announce(t("This section is full."));
    return;
  }
  const [issue, key] = edit.addEntry(store.issue, section.id, index, given);
  store.change(issue, key);
  void focusField(key, ["headline", "text"]);
}

/** How many more entries a section takes. */
export function roomIn(section: Section): number {
  return (blockOf(section.type).most ?? Number.POSITIVE_INFINITY) - (section.entries?.length ?? 0);
}

/** Pasted lines as new entries at `index`, with one step back; an empty one before them becomes the first. */
export function addEntries(store: EditorStore, section: Section, index: number, given: readonly Fields[]): void {
  const kind = blockOf(section.type).entries;
  const before = section.entries?.[index - 1];
  if (kind && before && edit.isBlank(before, kind)) {
    spreadOver(store, section, before, given);
    return void focusField(before[KEY], ["headline", "text"]);
  }
  if (!kind || roomIn(section) < 1) return store.announce(t("This section is full."));
  const [issue, keys] = edit.addEntries(store.issue, section.id, index, fitting(kind, given, roomIn(section)));
  store.change(issue, section.id);
  tellAdded(store, section, keys.length);
  void collectLinks(store, keys);
  void focusField(keys[0] ?? section.id, ["headline", "text"]);
}

/** Pasted lines into `entry`: it becomes the first of them, and the others follow it; with one step back. */
export function spreadOver(store: EditorStore, section: Section, entry: Entry, given: readonly Fields[]): void {
  const kind = blockOf(section.type).entries;
  const index = section.entries?.indexOf(entry) ?? -1;
  if (!kind || index < 0) return;
  const [first = {}, ...others] = fitting(kind, given, roomIn(section) + 1);
  const filled = Object.entries(first).reduce((issue, [name, value]) => edit.setField(issue, entry[KEY], name, value), store.issue);
  const [issue, keys] = edit.addEntries(filled, section.id, index + 1, others);
  store.change(issue, section.id);
  if (keys.length > 0) tellAdded(store, section, keys.length + 1);
  void collectLinks(store, [entry[KEY], ...keys]);
  if (kind.isText) void focusField(keys.at(-1) ?? entry[KEY], ["text"]);
}

function tellAdded(store: EditorStore, section: Section, count: number): void {
  const words = blockOf(section.type).entries?.count;
  if (words) store.tell(t("Pasted: {entries}.", { entries: plural(count, ...words) }), true);
}

export function duplicateEntry(store: EditorStore, entry: Entry, section: Section): void {
  if (edit.isFull(section)) return;
  const [issue, key] = edit.duplicateEntry(store.issue, entry[KEY]);
  store.change(issue, key);
  store.announce(t("Duplicated."));
  void focusField(key, ["headline", "text"]);
}

export function removeEntry(store: EditorStore, entry: Entry, section: Section): void {
  const index = section.entries?.indexOf(entry) ?? 0;
  store.change(edit.removeEntry(store.issue, entry[KEY]), entry[KEY]);
  const noun = blockOf(section.type).entries?.noun ?? "";
  const named = writtenName(entry, section.type) !== "";
  store.tell(named ? t("“{name}” deleted.", { name: nameOf(entry, section.type) }) : t("Empty {noun} deleted.", { noun: t(noun) }), true);
  const left = store.issue.sections.find((candidate) => candidate.id === section.id)?.entries ?? [];
  const next = left[Math.min(index, left.length - 1)];
  void focusField(next ? next[KEY] : section.id, []);
}

export function stepEntry(store: EditorStore, entry: Entry, step: -1 | 1): void {
  const issue = edit.stepEntry(store.issue, entry[KEY], step);
  if (issue === store.issue) {
    store.announce(step < 0 ? t("Already at the top.") : t("Already at the end."));
    return;
  }
  place(store, issue, entry);
}

export function moveEntryTo(store: EditorStore, entry: Entry, target: Section): void {
  if (edit.isFull(target)) return;
  place(store, edit.moveEntry(store.issue, entry[KEY], target.id, target.entries?.length ?? 0), entry);
}

function place(store: EditorStore, issue: Issue, entry: Entry): void {
  const restored = keepFocus(entry[KEY]);
  store.change(issue, entry[KEY]);
  void restored;
  announcePlace(store, entry);
}

/** Say where an entry stands now. */
export function announcePlace(store: EditorStore, entry: Entry): void {
  const location = locate(store.issue, entry[KEY]);
  const section = location && store.issue.sections[location.section];
  if (!section || location.entry === undefined) return;
  const values = {
    name: nameOf(entry, section.type),
    title: titleOf(section),
    place: location.entry + 1,
    count: section.entries?.length ?? 0,
  };
  store.announce(t("“{name}” moved to “{title}”, position {place} of {count}.", values));
}

/** The issue after entries were dropped: each list named has exactly these entries in this order. */
export function dropped(issue: Issue, orders: ReadonlyMap<string, readonly string[]>): Issue {
  const known = new Map(issue.sections.flatMap(({ entries = [] }) => entries.map((entry) => [entry[KEY], entry] as const)));
  const named = issue.sections.filter((section) => orders.has(section.id));
  const before = named.flatMap((section) => section.entries?.map((entry) => entry[KEY]) ?? []);
  const after = [...orders.values()].flat();
  if (before.length !== after.length || new Set([...before, ...after]).size !== before.length) return issue;
  if (before.join() === after.join() && orders.size === 1) return issue;
  const sections = issue.sections.map((section) => {
    const order = orders.get(section.id);
    return order ? { ...section, entries: order.flatMap((key) => known.get(key) ?? []) } : section;
  });
  return { ...issue, sections };
}
