/** How a field of the document is edited: one description for the form, the defaults, the limits and the checks. */

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
  | "keys" // a list of keys, typed with commas
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
  /** At most so many characters, or the largest number. */
  readonly max?: number;
  readonly min?: number;
  readonly choices?: readonly (readonly [value: string, words: string])[];
  readonly fields?: readonly Field[];
  /** Seldom needed: behind “More”. */
  readonly folded?: boolean;
  /** Never shown to readers. */
  readonly internal?: boolean;
  readonly needed?: boolean;
}

type More = Partial<Omit<Field, "name" | "label" | "kind">>;

const INITIAL: Partial<Record<Kind, Json>> = { date: null, language: null, image: null, check: false, keys: [] };
const LONGEST: Partial<Record<Kind, number>> = {
  line: 300, headline: 300, plain: 5_000, rich: 5_000, statement: 1_000, url: 2_000, link: 2_000, source: 2_000,
  slug: 80, keys: 50,
};

export function field(name: string, label: string, kind: Kind, more: More = {}): Field {
  const inner = more.fields?.map((part) => [part.name, part.initial] as const) ?? [];
  const empty = INITIAL[kind];
  const initial = kind === "group" ? Object.fromEntries(inner) : empty === undefined ? "" : empty;
  const max = LONGEST[kind];
  return { name, label, kind, initial, ...(max === undefined ? {} : { max }), ...more };
}

/** The words of a picture, wherever one stands. */
export const IMAGE_FIELDS: readonly Field[] = [
  field("src", "Address", "source", { placeholder: "https://" }),
  field("alt", "What it shows", "line", { placeholder: "In words, for who cannot see it" }),
  field("caption", "Caption", "line"),
  field("credit", "Credit", "line", { max: 120, placeholder: "Photo: …" }),
  field("licence", "Licence", "line", { max: 120, placeholder: "CC BY 4.0" }),
  field("width", "Width", "number", { initial: null, min: 1, max: 10_000 }),
  field("height", "Height", "number", { initial: null, min: 1, max: 10_000 }),
];

export const STYLES = [
  ["outlet", "under the story"],
  ["reported", "“…, reported”"],
  ["according_to", "“According to …”"],
] as const;

export const PROVENANCE = field("provenance", "Source", "group", {
  fields: [
    field("outlet", "Outlet", "line", { max: 120, placeholder: "Who reported it" }),
    field("style", "How it is named", "choice", { initial: "outlet", choices: STYLES }),
    field("byline", "By", "line", { max: 120, folded: true, placeholder: "Who wrote it" }),
    field("published", "Published", "date", { folded: true }),
  ],
});

export const VISIBILITY_FIELDS: readonly Field[] = [
  field("topics", "Topics", "keys", { placeholder: "arts, sport" }),
  field("segments", "Segments", "keys", { placeholder: "members" }),
  field("languages", "Languages", "keys", { placeholder: "en, pt-BR" }),
];

export function image(label = "Image", more: More = {}): Field {
  return field("image", label, "image", { fields: IMAGE_FIELDS, ...more });
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
