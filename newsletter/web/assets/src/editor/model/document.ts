/**
 * The document as the editor holds it: every field filled in, nothing changed in place, and each part with an
 * identity that outlives its edits. Unchanged parts keep their reference, so `===` tells what changed.
 *
 * A section's identity is its id, which the server keeps. An entry of a list has none in the format: a symbol
 * carries it here, which spreads with the object and never reaches JSON.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type Fields = { readonly [name: string]: Json };

export const KEY: unique symbol = Symbol("key");

/** A story, a quote or a statement. A statement's words stand in its one field, `text`. */
export type Entry = Fields & { readonly [KEY]: string };

export interface Section {
  readonly id: string;
  readonly type: string;
  /** What is listed in it; undefined where the block has no list. */
  readonly entries?: readonly Entry[];
  readonly fields: Fields;
}

export interface Issue {
  readonly fields: Fields;
  readonly sections: readonly Section[];
}

/** The scope of the issue's own fields. Neither a section's id nor an entry's key can be this. */
export const ISSUE = ":issue";

let made = 0;

/** An identity that no other entry on this page has. */
export function newKey(): string {
  made += 1;
  return `:${made}`;
}

export function withKey(fields: Fields, key: string = newKey()): Entry {
  return { ...fields, [KEY]: key };
}

export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  const [left, right] = [one as Fields, other as Fields];
  return names.every((name) => name in right && isEqual(left[name], right[name]));
}

/** The value at a dotted name such as `provenance.outlet`. */
export function valueAt(fields: Fields, name: string): Json | undefined {
  let value: Json | undefined = fields;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Fields)[part];
  }
  return value;
}

export function textAt(fields: Fields, name: string): string {
  const value = valueAt(fields, name);
  return typeof value === "string" ? value : "";
}

/** `fields` with the value at a dotted name replaced; a parent that is null is left alone. */
export function withValue<F extends Fields>(fields: F, name: string, value: Json): F {
  const [head = "", ...rest] = name.split(".");
  if (rest.length === 0) return isEqual(fields[head], value) ? fields : { ...fields, [head]: value };
  const inner = fields[head];
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return fields;
  const changed = withValue(inner as Fields, rest.join("."), value);
  return changed === inner ? fields : { ...fields, [head]: changed };
}

/** Where a section or an entry stands. */
export interface Place {
  readonly section: number;
  readonly entry?: number;
}

export function locate(issue: Issue, scope: string): Place | undefined {
  for (const [section, part] of issue.sections.entries()) {
    if (part.id === scope) return { section };
    const entry = part.entries?.findIndex((candidate) => candidate[KEY] === scope) ?? -1;
    if (entry >= 0) return { section, entry };
  }
  return undefined;
}

/** The fields of the issue, a section or an entry; undefined when it is no longer there. */
export function fieldsOf(issue: Issue, scope: string): Fields | undefined {
  if (scope === ISSUE) return issue.fields;
  const place = locate(issue, scope);
  const section = place && issue.sections[place.section];
  return place?.entry === undefined ? section?.fields : section?.entries?.[place.entry];
}
