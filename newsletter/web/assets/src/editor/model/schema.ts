/**
 * The document's JSON Schema, as newsletter/document/schema.py writes it, read as far as the editor needs it:
 * which fields there are, with their kind, default, limits and whether they are required.
 */

import type { Json } from "./document.ts";
import type { Field, Kind } from "./fields.ts";

export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly const?: Json;
  readonly default?: Json;
  readonly title?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** The control for each `format` of text (newsletter/document/fields.py). */
const KINDS: Readonly<Record<string, Kind>> = {
  line: "line",
  text: "plain",
  markdown: "rich",
  "markdown-line": "statement",
  "web-url": "url",
  "link-url": "link",
  "image-source": "source",
  "language-tag": "language",
  slug: "slug",
  date: "date",
};

type Labels = Partial<Pick<Field, "label" | "kind" | "placeholder" | "hint" | "folded">>;
/** `words` are what the values of a choice are called. */
export type FieldLayout = Labels & { readonly words?: Readonly<Record<string, string>> };
/** Labels and layout of the fields of one object, by name and in the order in which the form shows them. */
export type Layout = Readonly<Record<string, FieldLayout>>;
export type Layouts = Readonly<Record<string, Layout>>;

export class SchemaReader {
  readonly #root: Schema;
  readonly #layouts: Layouts;

  constructor(root: Schema, layouts: Layouts) {
    this.#root = root;
    this.#layouts = layouts;
  }

  /** The name of the definition that `schema` refers to, perhaps as one of two choices; "" when it is none. */
  definitionName(schema: Schema): string {
    const reference = schema.$ref ?? schema.anyOf?.find((option) => option.$ref)?.$ref ?? "";
    return reference.replace("#/$defs/", "");
  }

  definition(name: string): Schema {
    return this.#root.$defs?.[name] ?? {};
  }

  /** The schemas of all kinds of section, by their type, in the order of the format. */
  sections(): [type: string, name: string][] {
    const options = this.#root.properties?.["sections"]?.items?.oneOf ?? [];
    return options.map((option) => {
      const name = this.definitionName(option);
      return [String(this.definition(name).properties?.["type"]?.const), name];
    });
  }

  /** The fields of an object: those of its layout first and in that order, then what the layout does not know. */
  fields(object: Schema, layoutName: string, without: readonly string[] = []): Field[] {
    const properties = object.properties ?? {};
    const layout = this.#layouts[layoutName] ?? {};
    const known = Object.keys(layout).filter((name) => name in properties);
    const names = [...known, ...Object.keys(properties).filter((name) => !known.includes(name))];
    return names
      .filter((name) => !without.includes(name))
      .flatMap((name) => this.field(name, properties[name] ?? {}, object.required?.includes(name), layout[name]) ?? [])
      .filter((field) => field.kind !== "group" || field.initial !== null); // nothing could be typed into what is not there
  }

  /** The description of one field; undefined for a kind of value that the editor has no control for. */
  field(name: string, schema: Schema, isRequired = false, { words = {}, ...layout }: FieldLayout = {}): Field | undefined {
    const value = schema.anyOf?.find((option) => option.type !== "null") ?? schema;
    const definitionName = this.definitionName(value);
    const resolved = definitionName ? this.definition(definitionName) : value;
    const kind = kindOf(resolved, definitionName, schema.default);
    if (!kind) return undefined;
    const limits = resolved.items ?? resolved;
    const inner = resolved.properties && this.fields(resolved, definitionName);
    return {
      name,
      label: spelledOut(name),
      kind,
      initial: schema.default ?? (schema.anyOf || kind === "image" ? null : emptyOf(inner)),
      ...optional("max", resolved.maxLength ?? resolved.maximum ?? resolved.maxItems),
      ...optional("min", resolved.minimum),
      ...optional("pattern", limits.pattern),
      ...optional("choices", resolved.enum?.map((choice) => [choice, words[choice] ?? spelledOut(choice)] as const)),
      ...optional("fields", inner),
      ...(isRequired ? { needed: true } : {}),
      ...layout,
    };
  }
}

function kindOf(schema: Schema, definitionName: string, initial: Json | undefined): Kind | undefined {
  if (definitionName === "Image") return initial ? "picture" : "image";
  if (schema.properties) return "group";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "check";
  if (schema.type === "integer") return "number";
  if (schema.type === "array" && schema.items?.type === "string") return schema.items.format === "language-tag" ? "languages" : "keys";
  if (schema.type === "string") return KINDS[schema.format ?? ""] ?? "plain";
  return undefined;
}

function emptyOf(inner: readonly Field[] | undefined): Json {
  return inner ? Object.fromEntries(inner.map((field) => [field.name, field.initial])) : "";
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]: Value });
}

/** A label for what has none of its own: `link_label` is “Link label”. */
export function spelledOut(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
