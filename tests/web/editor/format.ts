/** The format of documents as it is published: importing this is what lets the editor's modules read any. */

import { readFileSync } from "node:fs";
import { loadFormat } from "../../../newsletter/web/assets/src/editor/model/blocks.ts";
import type { Schema } from "../../../newsletter/web/assets/src/editor/model/schema.ts";

const FILE = new URL("../../golden/document.schema.json", import.meta.url);
const SCHEMA = JSON.parse(readFileSync(FILE, "utf-8")) as Schema;

export function loadPublishedFormat(): void {
  loadFormat(SCHEMA, []);
}

loadPublishedFormat();
