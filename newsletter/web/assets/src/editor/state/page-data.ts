/** What the server wrote into the page: the issue, its addresses and limits. */

import type { Fields } from "../model/document.ts";
import type { Schema } from "../model/schema.ts";
import type { UsedEntry } from "../model/used-entries.ts";
import type { Urls } from "./server.ts";

/** A topic or a segment: its key in the document, and what people call it. */
export interface NamedKey {
  readonly key: string;
  readonly name: string;
}

export interface PageData {
  readonly issueId: number;
  readonly title: string;
  readonly publication: { readonly slug: string; readonly name: string; readonly language: string; readonly dir: "ltr" | "rtl" };
  readonly document: Fields;
  readonly etag: string;
  readonly used: readonly UsedEntry[];
  readonly locked: boolean;
  readonly lockedSentence: string;
  readonly urls: Urls;
  /** The JSON Schema of documents (newsletter/document/schema.py). */
  readonly schema: Schema;
  /** What each kind of section is called. */
  readonly blocks: readonly { readonly type: string; readonly label: string }[];
  readonly mergeFields: readonly { readonly name: string; readonly label: string }[];
  /** Whom sections can be for, by the field that names them. */
  readonly readers: Readonly<Record<"topics" | "segments", readonly NamedKey[]>>;
  /** Where the pictures that stand in the document already can be looked at. */
  readonly media?: Readonly<Record<string, string>>;
  readonly limits: { readonly operations: number };
  readonly user: string;
}

/** The data that stands in the page; throws where it has none. */
export function readPageData(page: Document): PageData {
  const given = page.getElementById("issue-editor-data")?.textContent;
  if (!given) throw new Error("This page carries no data for the editor.");
  return JSON.parse(given) as PageData;
}

export function csrfToken(page: Document): string {
  return page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}
