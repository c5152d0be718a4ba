/** From the document as JSON to the editor's form of it, and back. */

import { blockOf, issueFields, sectionFields } from "./blocks.ts";
import { newKey, withKey, type Entry, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { fillDefaults } from "./fields.ts";

/** The issue in `given`, whether its defaults are written out or left out. */
export function parseIssue(given: Fields): Issue {
  const { sections = [], ...fields } = given;
  const taken = new Set<string>();
  return {
    fields: fillDefaults(fields, issueFields()),
    sections: (sections as readonly Fields[]).map((section) => parseSection(section, taken)),
  };
}

export function parseSection(given: Fields, taken: Set<string>): Section {
  const { id, type, items, ...fields } = given;
  const block = blockOf(String(type));
  const section = {
    id: uniqueId(String(id || type), taken),
    type: block.type,
    fields: fillDefaults(fields, sectionFields(block.type)),
  };
  taken.add(section.id);
  if (!block.entries) return items === undefined ? section : { ...section, fields: { ...section.fields, items } };
  return { ...section, entries: ((items ?? []) as readonly Json[]).map((entry) => parseEntry(entry, block.type)) };
}

function parseEntry(given: Json, type: string): Entry {
  const kind = blockOf(type).entries;
  const fields = typeof given === "string" ? { text: given } : (given as Fields);
  return withKey(fillDefaults(fields, kind?.fields ?? []), newKey());
}

/** `stem`, or with the first number that nobody has. */
export function uniqueId(stem: string, taken: ReadonlySet<string>): string {
  let candidate = stem;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${stem.slice(0, 34)}-${number}`;
  return candidate;
}

export function serializeIssue(issue: Issue): Fields {
  return { ...issue.fields, sections: issue.sections.map(serializeSection) };
}

export function serializeSection(section: Section): Fields {
  const { id, type, entries, fields } = section;
  return { type, id, ...fields, ...(entries ? { items: entries.map((entry) => serializeEntry(entry, type)) } : {}) };
}

/** An entry as it stands in the document: a statement is its words alone. */
export function serializeEntry(entry: Entry, type: string): Json {
  if (blockOf(type).entries?.isText) return entry["text"] ?? "";
  return { ...entry }; // JSON leaves the symbol out
}
