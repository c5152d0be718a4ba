/** Moving, adding and removing as the page does it: the change, the words that tell it, and where the focus goes. */

import { tick } from "svelte";
import { blockOf } from "../model/blocks.ts";
import { KEY, locate, type Entry, type Issue, type Json, type Section } from "../model/document.ts";
import * as edit from "../model/edit.ts";
import { say } from "../words.ts";
import type { Desk } from "./desk.svelte.ts";
import { fieldId, scopeId } from "./jump.ts";

export function titleOf(section: Section): string {
  return String(section.fields["title"] || "") || say(blockOf(section.type).label);
}

export function nameOf(entry: Entry, type: string): string {
  const name = blockOf(type).entries?.name(entry).trim() ?? "";
  return name.length > 60 ? `${name.slice(0, 57).trimEnd()}…` : name || say("without words yet");
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

export function addSection(desk: Desk, type: string, index: number): void {
  const [issue, id] = edit.addSection(desk.issue, type, index);
  const withFirst = blockOf(type).entries ? edit.addEntry(issue, id, 0)[0] : issue;
  desk.change(withFirst, id);
  desk.announce(say("{block} added.", { block: say(blockOf(type).label) }));
  void focusField(id, type === "button" ? ["label"] : ["title"]);
}

export function duplicateSection(desk: Desk, section: Section): void {
  const [issue, id] = edit.duplicateSection(desk.issue, section.id);
  desk.change(issue, id);
  desk.announce(say("“{title}” duplicated.", { title: titleOf(section) }));
  void focusField(id, []);
}

export function removeSection(desk: Desk, section: Section): void {
  const index = desk.issue.sections.indexOf(section);
  desk.change(edit.removeSection(desk.issue, section.id), section.id);
  desk.removed(say("“{title}” removed.", { title: titleOf(section) }));
  const next = desk.issue.sections[Math.min(index, desk.issue.sections.length - 1)];
  void focusField(next?.id ?? "", []);
}

export function moveSection(desk: Desk, section: Section, to: number): void {
  const from = desk.issue.sections.findIndex((candidate) => candidate.id === section.id);
  const issue = edit.moveSection(desk.issue, section.id, to);
  if (issue === desk.issue) {
    desk.announce(from <= 0 ? say("Already at the top.") : say("Already at the end."));
    return;
  }
  const restored = keepFocus(section.id);
  desk.change(issue, section.id);
  void restored;
  const place = issue.sections.findIndex((candidate) => candidate.id === section.id) + 1;
  const words = "“{title}” moved, place {place} of {count}.";
  desk.announce(say(words, { title: titleOf(section), place, count: issue.sections.length }));
}

export function addEntry(desk: Desk, section: Section, index: number, given: { readonly [name: string]: Json } = {}): void {
  if (edit.isFull(section)) {
    desk.announce(say("This section is full."));
    return;
  }
  const [issue, key] = edit.addEntry(desk.issue, section.id, index, given);
  desk.change(issue, key);
  void focusField(key, ["headline", "text"]);
}

export function duplicateEntry(desk: Desk, entry: Entry, section: Section): void {
  if (edit.isFull(section)) return;
  const [issue, key] = edit.duplicateEntry(desk.issue, entry[KEY]);
  desk.change(issue, key);
  desk.announce(say("Duplicated."));
  void focusField(key, ["headline", "text"]);
}

export function removeEntry(desk: Desk, entry: Entry, section: Section): void {
  const index = section.entries?.indexOf(entry) ?? 0;
  desk.change(edit.removeEntry(desk.issue, entry[KEY]), entry[KEY]);
  desk.removed(say("“{name}” removed.", { name: nameOf(entry, section.type) }));
  const left = desk.issue.sections.find((candidate) => candidate.id === section.id)?.entries ?? [];
  const next = left[Math.min(index, left.length - 1)];
  void focusField(next ? next[KEY] : section.id, []);
}

export function stepEntry(desk: Desk, entry: Entry, step: -1 | 1): void {
  const issue = edit.stepEntry(desk.issue, entry[KEY], step);
  if (issue === desk.issue) {
    desk.announce(step < 0 ? say("Already at the top.") : say("Already at the end."));
    return;
  }
  place(desk, issue, entry);
}

export function moveEntryTo(desk: Desk, entry: Entry, target: Section): void {
  if (edit.isFull(target)) return;
  place(desk, edit.moveEntry(desk.issue, entry[KEY], target.id, target.entries?.length ?? 0), entry);
}

function place(desk: Desk, issue: Issue, entry: Entry): void {
  const restored = keepFocus(entry[KEY]);
  desk.change(issue, entry[KEY]);
  void restored;
  announcePlace(desk, entry);
}

/** Say where an entry stands now. */
export function announcePlace(desk: Desk, entry: Entry): void {
  const found = locate(desk.issue, entry[KEY]);
  const section = found && desk.issue.sections[found.section];
  if (!section || found.entry === undefined) return;
  const values = {
    name: nameOf(entry, section.type),
    title: titleOf(section),
    place: found.entry + 1,
    count: section.entries?.length ?? 0,
  };
  desk.announce(say("“{name}” moved to “{title}”, place {place} of {count}.", values));
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
