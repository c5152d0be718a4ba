/** What cannot be saved, field by field: the format's limits, told in place while one types. */

import { blockOf, issueFields, sectionFields } from "./blocks.ts";
import { fieldsOf, ISSUE, KEY, valueAt, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { describe, leaves, type Field } from "./fields.ts";
import { mergeFieldError } from "./mergefields.ts";
import { imageError, linkError, urlError } from "./urls.ts";
import { setField } from "./edit.ts";
import { linksIn } from "../text/parse.ts";

/** A field of one scope: `links/title`, `:12/provenance.outlet`. */
export type Address = `${string}/${string}`;
export type FieldErrors = ReadonlyMap<Address, string>;

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]/;
const OF_SLUG = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}\\p{N}\\u13a0-\\u13f5]+"; // Cherokee folds to its capitals
const SLUG = new RegExp(`^(${OF_SLUG}(-${OF_SLUG})*)?$`, "u");

const seen = new WeakMap<Fields, FieldErrors>();

export function addressOf(scope: string, name: string): Address {
  return `${scope}/${name}`;
}

export function partsOf(address: Address): [scope: string, name: string] {
  const at = address.indexOf("/");
  return [address.slice(0, at), address.slice(at + 1)];
}

export function valueIn(issue: Issue, address: Address): Json | undefined {
  const [scope, name] = partsOf(address);
  return valueAt(fieldsOf(issue, scope) ?? {}, name);
}

/** Everything that is wrong. What did not change since the last time is not looked at again. */
export function fieldErrors(issue: Issue): FieldErrors {
  const problems = new Map<Address, string>();
  const add = (errors: FieldErrors): void => errors.forEach((words, address) => problems.set(address, words));
  add(inFields(ISSUE, issue.fields, issueFields()));
  for (const section of issue.sections) {
    add(inFields(section.id, section.fields, sectionFields(section.type)));
    const fields = blockOf(section.type).entries?.fields ?? [];
    for (const entry of section.entries ?? []) add(inFields(entry[KEY], entry, fields));
  }
  return problems;
}

function inFields(scope: string, fields: Fields, descriptions: readonly Field[]): FieldErrors {
  const before = seen.get(fields);
  if (before) return before;
  const problems = new Map<Address, string>();
  for (const [name, description, value] of leaves(descriptions, fields)) {
    const words = fieldError(description, value);
    if (words) problems.set(addressOf(scope, name), words);
  }
  seen.set(fields, problems);
  return problems;
}

/** What is wrong with the value of one field, in one sentence; empty when nothing is. */
export function fieldError(field: Field, value: Json): string {
  if (field.kind === "number") return numberError(field, value);
  if (Array.isArray(value)) return keysError(field, value);
  if (typeof value !== "string") return "";
  if (field.max !== undefined && lengthOf(value) > field.max) {
    return `This is too long: at most ${field.max.toLocaleString("en")} characters.`;
  }
  if (field.needed && !value.trim()) return "This must not be empty.";
  if (field.kind === "url") return urlError(value);
  if (field.kind === "link") return linkError(value);
  if (field.kind === "source") return imageError(value);
  if (field.kind === "language") return matches(field, value) ? "" : "Enter a language code such as en or pt-BR.";
  if (field.kind === "date") return dateError(value);
  if (field.kind === "slug") return slugError(value);
  return textError(field, value);
}

function textError(field: Field, value: string): string {
  if (CONTROL.test(value)) return "Remove the control characters from this text.";
  const isLine = field.kind === "line" || field.kind === "headline";
  if (isLine && /[\n\t]/.test(value)) return "Keep this on one line.";
  if (field.pattern && !matches(field, value)) return "This is not in the right format.";
  const broken = mergeFieldError(value);
  if (broken || (field.kind !== "rich" && field.kind !== "statement")) return broken;
  for (const url of linksIn(value)) {
    const words = linkError(url);
    if (words) return `In the link to “${[...url].slice(0, 60).join("")}”: ${words}`;
  }
  return "";
}

function numberError(field: Field, value: Json): string {
  if (value === null) return "";
  if (typeof value !== "number" || !Number.isInteger(value)) return "Enter a whole number.";
  if (field.min !== undefined && value < field.min) return `This is too small: at least ${field.min}.`;
  return field.max !== undefined && value > field.max ? `This is too large: at most ${field.max}.` : "";
}

function dateError(value: string): string {
  const isDay = /^[1-9]\d{3}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(`${value}T00:00Z`));
  return isDay ? "" : "Enter a date like 2026-05-14.";
}

/** Letters of any script are for the server to fold; what can never stand in an address is told at once. */
function slugError(value: string): string {
  return SLUG.test(value) ? "" : "Use lower-case letters, digits and dashes.";
}

function keysError(field: Field, keys: readonly Json[]): string {
  if (field.max !== undefined && keys.length > field.max) return `There are too many entries: at most ${field.max}.`;
  if (keys.every((key) => matches(field, String(key)))) return "";
  return field.kind === "languages" ? "Enter language codes such as en, pt-BR." : "Use lower-case letters, digits, - and _.";
}

function matches(field: Field, value: string): boolean {
  return new RegExp(field.pattern ?? "", "u").test(value);
}

function lengthOf(text: string): number {
  let length = 0; // code points, as the server counts
  for (const _ of text) length += 1;
  return length;
}

/** What the server refused: it is held back until its value changes. */
export interface Refusal {
  readonly value: Json | undefined;
  readonly message: string;
}

/** The same each time, so that nothing is drawn anew while nothing is wrong. */
const NO_ERRORS: ReadonlyMap<Address, string> = new Map();

/** What is wrong with the fields, as this page knows and as the server said. */
export function allErrors(issue: Issue, refusals: ReadonlyMap<Address, Refusal>): ReadonlyMap<Address, string> {
  const errors = new Map(fieldErrors(issue));
  for (const [address, { value, message }] of refusals) {
    if (valueIn(issue, address) === value && value !== undefined) errors.set(address, message);
  }
  return errors.size > 0 ? errors : NO_ERRORS;
}

/** `issue` with the fields at `addresses` as they are in `saved`, so that one slip does not hold up the rest. */
export function withoutInvalid(issue: Issue, saved: Issue, addresses: Iterable<Address>): Issue {
  let result = issue;
  for (const address of addresses) {
    const [scope, name] = partsOf(address);
    result = setField(result, scope, name, valueIn(saved, address) ?? initialOf(result, scope, name));
  }
  return result;
}

function initialOf(issue: Issue, scope: string, name: string): Json {
  const description = describe(descriptionsOf(issue, scope), name);
  return description ? description.initial : ""; // no date is null, and "" would be refused
}

/** The descriptions of the fields of a scope. */
export function descriptionsOf(issue: Issue, scope: string): readonly Field[] {
  if (scope === ISSUE) return issueFields();
  const own = issue.sections.find((section) => section.id === scope);
  if (own) return sectionFields(own.type);
  const holds = (section: Section): boolean => section.entries?.some((entry) => entry[KEY] === scope) ?? false;
  return blockOf(issue.sections.find(holds)?.type ?? "").entries?.fields ?? [];
}
