/**
 * The difference between two states of an issue as a JSON Patch (RFC 6902).
 *
 * The server may leave defaults out of what it keeps, so no operation relies on a member with a default being
 * there: members are always “add”ed (which replaces one that exists, section 4.1), an object within a field is
 * written whole, and the first entry of a list writes the list. Places in lists hold in either form.
 */

import { KEY, isEqual, type Entry, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { serializeEntry, serializeSection } from "./serialize.ts";

export interface Operation {
  readonly op: "add" | "remove" | "replace" | "move";
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** The whole issue at once, for a server whose document is not what this page thinks it is. */
export function replacement(issue: Issue): Operation[] {
  const fields = Object.entries(issue.fields).map(([name, value]) => add(`/${escaped(name)}`, value));
  return [...fields, add("/sections", issue.sections.map(serializeSection))];
}

function add(path: string, value: Json): Operation {
  return { op: "add", path, value };
}

export function difference(before: Issue, after: Issue): Operation[] {
  if (before === after) return [];
  const operations = [...changedFields("", before.fields, after.fields)];
  if (before.sections === after.sections) return operations;
  if (before.sections.length === 0) {
    if (after.sections.length === 0) return operations;
    return [...operations, { op: "add", path: "/sections", value: after.sections.map(serializeSection) }];
  }
  operations.push(...reordered("/sections", before.sections, after.sections, (part) => part.id, serializeSection));
  const known = new Map(before.sections.map((section) => [section.id, section]));
  for (const [index, section] of after.sections.entries()) {
    const was = known.get(section.id);
    if (was && was !== section) operations.push(...changedSection(`/sections/${index}`, was, section));
  }
  return operations;
}

function* changedFields(path: string, before: Fields, after: Fields): Generator<Operation> {
  if (before === after) return;
  for (const [name, value] of Object.entries(after)) {
    if (!isEqual(before[name], value)) yield { op: "add", path: `${path}/${escaped(name)}`, value };
  }
}

function* changedSection(path: string, before: Section, after: Section): Generator<Operation> {
  yield* changedFields(path, before.fields, after.fields);
  const [had, has] = [before.entries, after.entries];
  if (!had || !has || had === has) return;
  const write = (entry: Entry): Json => serializeEntry(entry, after.type);
  if (had.length === 0) {
    if (has.length > 0) yield { op: "add", path: `${path}/items`, value: has.map(write) };
    return;
  }
  yield* reordered(`${path}/items`, had, has, (entry) => entry[KEY], write);
  const known = new Map(had.map((entry) => [entry[KEY], entry]));
  for (const [index, entry] of has.entries()) {
    const was = known.get(entry[KEY]);
    if (was && was !== entry) yield* changedEntry(`${path}/items/${index}`, was, entry, write);
  }
}

function* changedEntry(path: string, was: Entry, is: Entry, write: (entry: Entry) => Json): Generator<Operation> {
  const value = write(is);
  if (typeof value !== "string") yield* changedFields(path, was, is);
  else if (value !== write(was)) yield { op: "replace", path, value };
}

/** The removals, insertions and moves that bring the parts of a list into their new order, and no more than needed. */
function* reordered<Part>(
  path: string,
  before: readonly Part[],
  after: readonly Part[],
  keyOf: (part: Part) => string,
  write: (part: Part) => Json,
): Generator<Operation> {
  const wanted = new Set(after.map(keyOf));
  const now = before.map(keyOf);
  for (let index = now.length - 1; index >= 0; index -= 1) {
    if (!wanted.has(now[index] ?? "")) {
      now.splice(index, 1);
      yield { op: "remove", path: `${path}/${index}` };
    }
  }
  const staying = longestRising(after.map((part) => now.indexOf(keyOf(part))));
  let previous: string | undefined;
  for (const [order, part] of after.entries()) {
    const key = keyOf(part);
    if (!staying.has(order)) {
      const from = now.indexOf(key);
      if (from >= 0) now.splice(from, 1);
      const to = previous === undefined ? 0 : now.indexOf(previous) + 1;
      now.splice(to, 0, key);
      if (from < 0) yield { op: "add", path: `${path}/${to}`, value: write(part) };
      else if (from !== to) yield { op: "move", from: `${path}/${from}`, path: `${path}/${to}` };
    }
    previous = key;
  }
}

/** The indexes of a longest rising run of `places`, where -1 stands for what is new: these need not move. */
function longestRising(places: readonly number[]): Set<number> {
  const before: number[] = [];
  const ends: number[] = []; // the index at which the best run of each length ends
  for (const [index, place] of places.entries()) {
    if (place < 0) continue;
    let length = ends.length;
    while (length > 0 && (places[ends[length - 1] ?? 0] ?? 0) > place) length -= 1;
    before[index] = length > 0 ? (ends[length - 1] ?? -1) : -1;
    ends[length] = index;
  }
  const run = new Set<number>();
  for (let index = ends[ends.length - 1] ?? -1; index >= 0; index = before[index] ?? -1) run.add(index);
  return run;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
