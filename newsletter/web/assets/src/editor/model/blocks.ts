/** What each kind of section is made of: what its schema says, under the labels and in the layout of this page. */

import type { Fields } from "./document.ts";
import type { Field } from "./fields.ts";
import { ABOUT, ANY_ENTRY, ENTRIES, LAYOUTS, SECTION, STATEMENT, WITHOUT_HEADING } from "./layout.ts";
import { SchemaReader, spelledOut, type Schema } from "./schema.ts";

/** What is listed in a section. Entries of one kind can move from section to section. */
export interface EntryKind {
  readonly key: string;
  /** An entry is a text alone in the document; here it stands in the field `text`. */
  readonly isText: boolean;
  readonly noun: string;
  readonly add: string;
  readonly count: readonly [one: string, many: string];
  readonly fields: readonly Field[];
  /** A few words that tell this entry from its neighbours. */
  readonly name: (fields: Fields) => string;
}

export interface Block {
  readonly type: string;
  readonly label: string;
  /** What it is for, in the menu that adds one. */
  readonly about: string;
  readonly title?: Field;
  readonly showsTitle: boolean;
  readonly visibility?: Field;
  /** Its own fields, without the heading and without what is listed in it. */
  readonly fields: readonly Field[];
  readonly entries?: EntryKind;
  /** The most entries it takes. */
  readonly most?: number;
}

/** Everything that can be edited. */
interface Format {
  readonly blocks: ReadonlyMap<string, Block>;
  readonly issue: readonly Field[];
  readonly image: readonly Field[];
}

let format: Format = { blocks: new Map(), issue: [], image: [] };

const OF_EVERY_SECTION = ["type", "id", "title", "visibility", "items"];

/** Take over the format of documents: before any of them is read. `labels` are what kinds of section are called. */
export function loadFormat(schema: Schema, labels: readonly { readonly type: string; readonly label: string }[]): void {
  const reader = new SchemaReader(schema, LAYOUTS);
  const names = new Map(labels.map(({ type, label }) => [type, label]));
  const blocks = reader.sections().map(([type, name]) => block(reader, type, reader.definition(name), names.get(type)));
  format = {
    blocks: new Map(blocks.map((made) => [made.type, made])),
    issue: reader.fields(schema, "Document", ["version", "sections"]),
    image: reader.fields(reader.definition("Image"), "Image"),
  };
}

function block(reader: SchemaReader, type: string, schema: Schema, label = spelledOut(type)): Block {
  const { title, visibility, items } = schema.properties ?? {};
  const heading = title && reader.field("title", title, false, SECTION["title"]);
  const readers = visibility && reader.field("visibility", visibility, false, SECTION["visibility"]);
  return {
    type,
    label,
    about: ABOUT[type] ?? schema.description ?? "",
    fields: reader.fields(schema, type, OF_EVERY_SECTION),
    ...(heading ? { title: heading } : {}),
    showsTitle: !WITHOUT_HEADING.has(type),
    ...(readers ? { visibility: readers } : {}),
    ...(items?.items ? { entries: entryKind(reader, items.items) } : {}),
    ...(items?.maxItems === undefined ? {} : { most: items.maxItems }),
  };
}

function entryKind(reader: SchemaReader, schema: Schema): EntryKind {
  const name = reader.definitionName(schema);
  const key = name ? name.toLowerCase() : "statement";
  const text = reader.field("text", { ...schema, default: "" }, false, STATEMENT);
  const fields = name ? reader.fields(reader.definition(name), name) : text ? [text] : [];
  return { key, isText: !name, fields, ...(ENTRIES[key] ?? ANY_ENTRY) };
}

/** All kinds of section, in the order of the format. */
export function allBlocks(): Block[] {
  return [...format.blocks.values()];
}

/** The description of a block. One that this page does not know has no fields, and loses nothing. */
export function blockOf(type: string): Block {
  return format.blocks.get(type) ?? { type, label: type, about: "", showsTitle: true, fields: [] };
}

/** The fields of the issue itself. */
export function issueFields(): readonly Field[] {
  return format.issue;
}

/** The words and measures of a picture, wherever one stands. */
export function imageFields(): readonly Field[] {
  return format.image;
}

/** The fields of a section with its heading and who sees it, as they are filled in, checked and jumped to. */
export function sectionFields(type: string): readonly Field[] {
  const { title, visibility, fields } = blockOf(type);
  return [...(title ? [title] : []), ...fields, ...(visibility ? [visibility] : [])];
}
