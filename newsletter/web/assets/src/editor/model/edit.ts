/** What an editor can do to an issue. Each answers the issue as it is afterwards, and touches nothing else of it. */

import { blockOf, type EntryKind } from "./blocks.ts";
import { ISSUE, isEqual, KEY, locate, newKey, withKey, withValue, type Entry, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { fillDefaults } from "./fields.ts";
import { uniqueId, parseSection, serializeSection } from "./serialize.ts";

export function setField(issue: Issue, scope: string, name: string, value: Json): Issue {
  if (scope === ISSUE) {
    const fields = withValue(issue.fields, name, value);
    return fields === issue.fields ? issue : { ...issue, fields };
  }
  const place = locate(issue, scope);
  if (!place) return issue;
  return withSection(issue, place.section, (section) => {
    if (place.entry === undefined) {
      const fields = withValue(section.fields, name, value);
      return fields === section.fields ? section : { ...section, fields };
    }
    const entries = section.entries ?? [];
    const entry = entries[place.entry];
    const changed = entry && withValue(entry, name, value);
    return changed === entry || !changed ? section : { ...section, entries: entries.with(place.entry, changed) };
  });
}

function withSection(issue: Issue, index: number, change: (section: Section) => Section): Issue {
  const section = issue.sections[index];
  const changed = section && change(section);
  return !changed || changed === section ? issue : { ...issue, sections: issue.sections.with(index, changed) };
}

/** A new, empty section before the one at `index`; answers its id beside the issue. */
export function addSection(issue: Issue, type: string, index: number): [Issue, string] {
  return insertSection(issue, parseSection({ type }, ids(issue)), index);
}

export function duplicateSection(issue: Issue, id: string): [Issue, string] {
  const index = issue.sections.findIndex((section) => section.id === id);
  const section = issue.sections[index];
  if (!section) return [issue, id];
  const stem = id.replace(/-\d+$/, "");
  const copy = parseSection({ ...serializeSection(section), id: uniqueId(stem, ids(issue)) }, ids(issue));
  return insertSection(issue, copy, index + 1);
}

function insertSection(issue: Issue, section: Section, index: number): [Issue, string] {
  return [{ ...issue, sections: issue.sections.toSpliced(index, 0, section) }, section.id];
}

export function removeSection(issue: Issue, id: string): Issue {
  return { ...issue, sections: issue.sections.filter((section) => section.id !== id) };
}

export function moveSection(issue: Issue, id: string, to: number): Issue {
  const from = issue.sections.findIndex((section) => section.id === id);
  const section = issue.sections[from];
  const target = Math.max(0, Math.min(to, issue.sections.length - 1));
  if (!section || from === target) return issue;
  return { ...issue, sections: issue.sections.toSpliced(from, 1).toSpliced(target, 0, section) };
}

export function orderSections(issue: Issue, order: readonly string[]): Issue {
  const known = new Map(issue.sections.map((section) => [section.id, section]));
  const sections = order.flatMap((id) => known.get(id) ?? []);
  return sections.length === issue.sections.length ? { ...issue, sections } : issue;
}

/** A new entry, with some of its fields filled in if given; answers its key. */
export function addEntry(issue: Issue, id: string, index: number, given: { readonly [name: string]: Json } = {}): [Issue, string] {
  const entry = newEntry(issue, id, given);
  if (!entry) return [issue, ""];
  return [withEntries(issue, id, (entries) => entries.toSpliced(index, 0, entry)), entry[KEY]];
}

/** Several new entries at `index`, in one step; answers their keys. */
export function addEntries(issue: Issue, id: string, index: number, given: readonly Fields[]): [Issue, string[]] {
  const added = given.flatMap((fields) => newEntry(issue, id, fields) ?? []);
  return [withEntries(issue, id, (entries) => entries.toSpliced(index, 0, ...added)), added.map((entry) => entry[KEY])];
}

function newEntry(issue: Issue, id: string, given: { readonly [name: string]: Json }): Entry | undefined {
  const kind = blockOf(issue.sections.find((section) => section.id === id)?.type ?? "").entries;
  return kind && withKey(fillDefaults(given, kind.fields));
}

/** Whether nobody has filled in anything of it. */
export function isBlank(entry: Entry, kind: EntryKind): boolean {
  return isEqual(entry, fillDefaults({}, kind.fields));
}

export function removeEntry(issue: Issue, key: string): Issue {
  const place = locate(issue, key);
  const section = place && issue.sections[place.section];
  if (!section) return issue;
  return withEntries(issue, section.id, (entries) => entries.filter((entry) => entry[KEY] !== key));
}

export function duplicateEntry(issue: Issue, key: string): [Issue, string] {
  const place = locate(issue, key);
  const section = place && issue.sections[place.section];
  const entry = place?.entry === undefined ? undefined : section?.entries?.[place.entry];
  if (!section || !entry || place?.entry === undefined) return [issue, key];
  const copy = withKey(entry, newKey());
  const index = place.entry + 1;
  return [withEntries(issue, section.id, (entries) => entries.toSpliced(index, 0, copy)), copy[KEY]];
}

/** Put an entry at `index` of the section `id`, which may be another one of the same kind. */
export function moveEntry(issue: Issue, key: string, id: string, index: number): Issue {
  const place = locate(issue, key);
  const entry = place?.entry === undefined ? undefined : issue.sections[place.section]?.entries?.[place.entry];
  if (!entry) return issue;
  return withEntries(removeEntry(issue, key), id, (entries) => entries.toSpliced(index, 0, entry));
}

export function withEntries(issue: Issue, id: string, change: (entries: readonly Entry[]) => readonly Entry[]): Issue {
  const index = issue.sections.findIndex((section) => section.id === id);
  return withSection(issue, index, (section) => ({ ...section, entries: change(section.entries ?? []) }));
}

/** The sections that could take an entry of the section `id`. */
export function compatibleSections(issue: Issue, id: string): Section[] {
  const kind = blockOf(issue.sections.find((section) => section.id === id)?.type ?? "").entries?.key;
  return issue.sections.filter((section) => kind && blockOf(section.type).entries?.key === kind);
}

export function isFull(section: Section): boolean {
  return (section.entries?.length ?? 0) >= (blockOf(section.type).most ?? Number.POSITIVE_INFINITY);
}

/** One step up or down; past the end of a section comes the next one that takes such entries. */
export function stepEntry(issue: Issue, key: string, step: -1 | 1): Issue {
  const place = locate(issue, key);
  const section = place && issue.sections[place.section];
  if (!section || place?.entry === undefined) return issue;
  const index = place.entry + step;
  if (index >= 0 && index < (section.entries?.length ?? 0)) return moveEntry(issue, key, section.id, index);
  const others = compatibleSections(issue, section.id);
  const next = others[others.indexOf(section) + step];
  if (!next || isFull(next)) return issue;
  return moveEntry(issue, key, next.id, step > 0 ? 0 : (next.entries?.length ?? 0));
}

function ids(issue: Issue): Set<string> {
  return new Set(issue.sections.map((section) => section.id));
}
