/**
 * Two people changed the same issue: a three-way merge of both changes onto what both began with.
 *
 * Field by field, what only one of them changed is taken from that one; order and additions likewise. Where both
 * changed the same field, or one removed what the other changed, nothing is decided silently: the field is a conflict
 * (mine stands until the person decides), and what was removed stays.
 */

import { addressOf, partsOf, type Address } from "./validate.ts";
import { ISSUE, KEY, isEqual, textAt, withKey, type Entry, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { setField } from "./edit.ts";
import { serializeIssue } from "./serialize.ts";

export interface FieldConflict {
  readonly address: Address;
  readonly mine: Json;
  readonly theirs: Json;
}

export interface Merged {
  readonly issue: Issue;
  readonly conflicts: readonly FieldConflict[];
}

export function mergeIssues(base: Issue, mine: Issue, theirs: Issue): Merged {
  const conflicts: FieldConflict[] = [];
  const entries = mergedEntries(base, mine, theirs, conflicts);
  const fields = mergedFields(ISSUE, base.fields, mine.fields, theirs.fields, conflicts);
  const home = homes(base, mine, theirs);
  const sections = mergedList(base.sections, mine.sections, theirs.sections, (section) => section.id, changed).map((id) => {
    const [was, my, their] = [base, mine, theirs].map((issue) => issue.sections.find((section) => section.id === id));
    return mergedSection(id, was, my, their, entries, home, conflicts);
  });
  return { issue: { fields, sections }, conflicts };
}

function mergedSection(
  id: string,
  was: Section | undefined,
  my: Section | undefined,
  their: Section | undefined,
  entries: ReadonlyMap<string, Entry>,
  home: ReadonlyMap<string, string>,
  conflicts: FieldConflict[],
): Section {
  const section = (my ?? their) as Section; // an id in the merged list stands in one of them
  const fields = my && their ? mergedFields(id, was?.fields ?? {}, my.fields, their.fields, conflicts) : section.fields;
  if (!section.entries) return { ...section, fields };
  const keyOf = (entry: Entry): string => entry[KEY];
  const keys = mergedList(was?.entries ?? [], my?.entries ?? [], their?.entries ?? [], keyOf, changed);
  const here = keys.filter((key) => (home.get(key) ?? id) === id);
  return { ...section, fields, entries: here.flatMap((key) => entries.get(key) ?? []) };
}

function changed<Part>(one: Part | undefined, other: Part | undefined): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** Three values of each field made one; `prefix` is for fields within fields. */
function mergedFields(scope: string, base: Fields, mine: Fields, theirs: Fields, conflicts: FieldConflict[], prefix = ""): Fields {
  let result: Fields = theirs;
  for (const name of Object.keys(mine)) {
    const [was, my, their] = [base[name], mine[name] ?? null, theirs[name] ?? null];
    if (isEqual(my, their) || isEqual(my, was)) continue;
    if (isEqual(their, was)) result = { ...result, [name]: my };
    else if (isGroup(my) && isGroup(their)) {
      const inner = mergedFields(scope, isGroup(was) ? was : {}, my, their, conflicts, `${prefix}${name}.`);
      result = { ...result, [name]: inner };
    } else {
      conflicts.push({ address: addressOf(scope, prefix + name), mine: my, theirs: their });
      result = { ...result, [name]: my };
    }
  }
  return result;
}

function isGroup(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function allEntries(issue: Issue): Map<string, { entry: Entry; section: string }> {
  const pairs = issue.sections.flatMap(({ id, entries = [] }) =>
    entries.map((entry) => [entry[KEY], { entry, section: id }] as const),
  );
  return new Map(pairs);
}

function mergedEntries(base: Issue, mine: Issue, theirs: Issue, conflicts: FieldConflict[]): Map<string, Entry> {
  const [was, my, their] = [allEntries(base), allEntries(mine), allEntries(theirs)];
  const merged = new Map<string, Entry>();
  for (const key of new Set([...my.keys(), ...their.keys()])) {
    const [one, other] = [my.get(key)?.entry, their.get(key)?.entry];
    const whole = one && other ? mergedFields(key, was.get(key)?.entry ?? {}, one, other, conflicts) : (one ?? other);
    if (whole) merged.set(key, withKey(whole, key));
  }
  return merged;
}

/** The one section that each entry belongs to: where I moved it, or else where they have it. */
function homes(base: Issue, mine: Issue, theirs: Issue): Map<string, string> {
  const [was, my, their] = [allEntries(base), allEntries(mine), allEntries(theirs)];
  const homes = new Map<string, string>();
  for (const key of new Set([...my.keys(), ...their.keys()])) {
    const [before, here, there] = [was.get(key)?.section, my.get(key)?.section, their.get(key)?.section];
    const home = here !== undefined && (here !== before || there === undefined) ? here : there;
    if (home !== undefined) homes.set(key, home);
  }
  return homes;
}

/** The keys of a list that two people changed, in an order that keeps what either did to it. */
function mergedList<Part>(
  base: readonly Part[],
  mine: readonly Part[],
  theirs: readonly Part[],
  keyOf: (part: Part) => string,
  differs: (one: Part | undefined, other: Part | undefined) => boolean,
): string[] {
  const [was, my, their] = [byKey(base, keyOf), byKey(mine, keyOf), byKey(theirs, keyOf)];
  const stays = (key: string): boolean => {
    if (my.has(key) && their.has(key)) return true;
    if (!was.has(key)) return true; // somebody added it
    return differs(was.get(key), my.get(key) ?? their.get(key)); // one removed it: it stays if the other changed it
  };
  const moved = !sameOrder([...was.keys()], [...my.keys()]);
  const [first, second] = moved ? [my, their] : [their, my];
  const order = [...first.keys()].filter(stays);
  let previous: string | undefined;
  for (const key of second.keys()) {
    if (!order.includes(key) && stays(key)) order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, key);
    if (order.includes(key)) previous = key;
  }
  return order;
}

function byKey<Part>(parts: readonly Part[], keyOf: (part: Part) => string): Map<string, Part> {
  return new Map(parts.map((part) => [keyOf(part), part]));
}

/** Whether what both lists hold stands in the same order in both. */
function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  const shared = other.filter((key) => left.has(key));
  return one.filter((key) => right.has(key)).every((key, index) => key === shared[index]);
}

/** `theirs` with the identities of `base`: entries that are equal, have the same link or headline, or the same place. */
export function matchEntries(theirs: Issue, base: Issue): Issue {
  const known = base.sections.flatMap((section) => section.entries ?? []);
  const free = new Set(known);
  const matched = new Map<Entry, Entry>();
  const link = (entry: Entry): string => textAt(entry, "url") || textAt(entry, "permalink");
  const matches: ((one: Entry, other: Entry) => boolean)[] = [
    (one, other) => isEqual(one, other),
    (one, other) => Boolean(link(one)) && link(one) === link(other),
    (one, other) => Boolean(one["headline"]) && one["headline"] === other["headline"],
  ];
  for (const match of matches) {
    for (const entry of theirs.sections.flatMap((section) => section.entries ?? [])) {
      const twin = matched.has(entry) ? undefined : [...free].find((candidate) => match(entry, candidate));
      if (!twin) continue;
      matched.set(entry, twin);
      free.delete(twin);
    }
  }
  const sections = theirs.sections.map((section) => ({ ...section, ...placed(section, base, matched, free) }));
  return { ...theirs, sections };
}

/** Entries without a match take the identity of a lost one at the same place of the same section. */
function placed(section: Section, base: Issue, matched: Map<Entry, Entry>, free: Set<Entry>): Partial<Section> {
  if (!section.entries) return {};
  const before = base.sections.find((candidate) => candidate.id === section.id)?.entries ?? [];
  const entries = section.entries.map((entry, index) => {
    const there = before[index];
    const twin = matched.get(entry) ?? (there && free.has(there) ? there : undefined);
    if (twin) free.delete(twin);
    return twin ? withKey(entry, twin[KEY]) : entry;
  });
  return { entries };
}

/** `issue` with their words where the person chose them. */
export function resolveConflicts(issue: Issue, conflicts: readonly FieldConflict[], chosen: ReadonlySet<Address>): Issue {
  return conflicts
    .filter((conflict) => chosen.has(conflict.address))
    .reduce((result, conflict) => setField(result, ...partsOf(conflict.address), conflict.theirs), issue);
}

/** Whether two issues have the same content, whatever the identities of their entries. */
export function hasSameContent(one: Issue, other: Issue): boolean {
  return one === other || isEqual(serializeIssue(one), serializeIssue(other));
}
