/** How a field of the document is edited: one description for the form, the defaults, the limits and the checks.
 *  Made from the document's schema (schema.ts) and the labels and layout of this page (layout.ts). */

import type { Fields, Json } from "./document.ts";
import { t } from "../i18n.ts";

export type Kind =
  | "line" // one line of text
  | "headline" // one line of text, set large
  | "plain" // lines of text, none of them special
  | "rich" // bold, italic, links, lists
  | "statement" // the same without lists
  | "url" // https:// or http://
  | "link" // the same or mailto:
  | "source" // an image's address
  | "date"
  | "number"
  | "choice"
  | "check"
  | "language"
  | "slug"
  | "keys" // a list of keys, ticked
  | "languages" // the same of language tags
  | "image" // a picture with its words, or none
  | "picture" // a picture with its words, always there
  | "group"; // fields that belong together

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
  /** What stands there before anything was typed; the format's default. */
  readonly initial: Json;
  readonly hint?: string;
  readonly placeholder?: string;
  /** At most so many characters or keys, or the largest number. */
  readonly max?: number;
  readonly min?: number;
  /** What the text, or each key of a list, must look like. */
  readonly pattern?: string;
  readonly choices?: readonly (readonly [value: string, words: string])[];
  readonly fields?: readonly Field[];
  /** Seldom needed: behind “More”. */
  readonly folded?: boolean;
  readonly needed?: boolean;
}

/** `given` with every field there, in the order of the description; what the description does not know stays. */
export function fillDefaults(given: Fields, fields: readonly Field[]): Fields {
  const result: Record<string, Json> = {};
  for (const description of fields) {
    const value = given[description.name];
    const inside = description.fields;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    result[description.name] =
      value === undefined ? description.initial : inside && isObject ? fillDefaults(value as Fields, inside) : value;
  }
  return { ...given, ...result };
}

/** Every field that holds a value of its own, by its dotted name; fields of a picture that is not there are left out. */
export function* leaves(fields: readonly Field[], values: Fields): Generator<[name: string, Field, Json]> {
  for (const description of fields) {
    const value = values[description.name] ?? null;
    if (!description.fields) yield [description.name, description, value];
    else if (value !== null) {
      for (const [name, inner, innerValue] of leaves(description.fields, value as Fields)) {
        yield [`${description.name}.${name}`, inner, innerValue];
      }
    }
  }
}

/** The description at a dotted name. */
export function describe(fields: readonly Field[], name: string): Field | undefined {
  const [head, ...rest] = name.split(".");
  const found = fields.find((candidate) => candidate.name === head);
  return rest.length === 0 || !found?.fields ? found : describe(found.fields, rest.join("."));
}

export function labelOf(description: Field): string {
  return t(description.label);
}
