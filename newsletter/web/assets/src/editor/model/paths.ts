/** Places as the server names them, `sections[2].items[0].url`, and addresses as the page does. */

import { blockOf } from "./blocks.ts";
import { addressOf, descriptionsOf, type Address } from "./validate.ts";
import { ISSUE, KEY, type Issue } from "./document.ts";
import { labelOf } from "./fields.ts";
import { t } from "../i18n.ts";

/** The address of a place; a place that is a whole section or entry has an empty name. */
export function addressAt(issue: Issue, path: string): Address | undefined {
  const match = /^sections\[(\d+)\](?:\.items\[(\d+)\])?(?:\.(.*))?$/.exec(path);
  if (!match) return /^(sections|\/)/.test(path) ? undefined : addressOf(ISSUE, path.replace(/\[\d+\]$/, ""));
  const section = issue.sections[Number(match[1])];
  if (!section) return undefined;
  const name = (match[3] ?? "").replace(/\[\d+\].*$/, "");
  if (match[2] === undefined) return addressOf(section.id, name);
  const entry = section.entries?.[Number(match[2])];
  const isText = blockOf(section.type).entries?.isText;
  return entry && addressOf(entry[KEY], isText ? "text" : name);
}

/** Where an address is, in words: “Weekly digest, story 3, Link”. */
export function spoken(issue: Issue, address: Address): string {
  const at = address.indexOf("/");
  const [scope, name] = [address.slice(0, at), address.slice(at + 1)];
  const words = [place(issue, scope), label(issue, scope, name)];
  return words.filter(Boolean).join(", ");
}

function place(issue: Issue, scope: string): string {
  for (const section of issue.sections) {
    const block = blockOf(section.type);
    const title = String(section.fields["title"] ?? "") || t(block.label);
    if (section.id === scope) return title;
    const index = section.entries?.findIndex((entry) => entry[KEY] === scope) ?? -1;
    if (index >= 0) return `${title}, ${t(block.entries?.noun ?? "")} ${index + 1}`;
  }
  return "";
}

function label(issue: Issue, scope: string, name: string): string {
  const fields = descriptionsOf(issue, scope);
  const words: string[] = [];
  let level = fields;
  for (const part of name.split(".")) {
    const found = level.find((field) => field.name === part);
    if (found) words.push(labelOf(found));
    level = found?.fields ?? [];
  }
  return words.join(": ");
}
