/** An issue after a few changes such as a person makes them, the same for the same seed. */

import "./format.ts";
import { allBlocks, blockOf } from "../../../newsletter/web/assets/src/editor/model/blocks.ts";
import { KEY, type Issue, type Section } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import * as edit from "../../../newsletter/web/assets/src/editor/model/edit.ts";
import { oneOf, random, type Random } from "./random.ts";

export function changedAtRandom(issue: Issue, seed: number): Issue {
  const next = random(seed * 7_919 + 1);
  let result = issue;
  for (let count = 1 + next(8); count > 0; count -= 1) result = oneOf(next, CHANGES)(result, next);
  return result;
}

const WORDS = ["ferry", "Two rivals, one treaty", "🚢 عربي", "**bold** [a](https://x.example/)", "", "a/b~c"];

function section(issue: Issue, next: Random): Section | undefined {
  return issue.sections[next(Math.max(1, issue.sections.length))];
}

function listing(issue: Issue, next: Random): Section | undefined {
  const lists = issue.sections.filter((one) => one.entries);
  return lists[next(Math.max(1, lists.length))];
}

function entryKey(issue: Issue, next: Random): string {
  const entries = listing(issue, next)?.entries ?? [];
  return entries[next(Math.max(1, entries.length))]?.[KEY] ?? "";
}

const CHANGES: readonly ((issue: Issue, next: Random) => Issue)[] = [
  (issue, next) => edit.setField(issue, ":issue", oneOf(next, ["subject", "summary", "preheader"]), oneOf(next, WORDS)),
  (issue, next) => edit.setField(issue, section(issue, next)?.id ?? "", "title", oneOf(next, WORDS)),
  (issue, next) => edit.addSection(issue, oneOf(next, allBlocks()).type, next(issue.sections.length + 1))[0],
  (issue, next) => edit.removeSection(issue, section(issue, next)?.id ?? ""),
  (issue, next) => edit.duplicateSection(issue, section(issue, next)?.id ?? "")[0],
  (issue, next) => edit.moveSection(issue, section(issue, next)?.id ?? "", next(issue.sections.length + 1)),
  (issue, next) => {
    const list = listing(issue, next);
    return list ? edit.addEntry(issue, list.id, next((list.entries?.length ?? 0) + 1))[0] : issue;
  },
  (issue, next) => edit.removeEntry(issue, entryKey(issue, next)),
  (issue, next) => edit.duplicateEntry(issue, entryKey(issue, next))[0],
  (issue, next) => edit.stepEntry(issue, entryKey(issue, next), oneOf(next, [-1, 1] as const)),
  (issue, next) => {
    const key = entryKey(issue, next);
    const from = issue.sections.find((one) => one.entries?.some((entry) => entry[KEY] === key));
    const target = from && oneOf(next, edit.compatibleSections(issue, from.id));
    return target ? edit.moveEntry(issue, key, target.id, next((target.entries?.length ?? 0) + 1)) : issue;
  },
  (issue, next) => {
    const key = entryKey(issue, next);
    const holder = issue.sections.find((one) => one.entries?.some((entry) => entry[KEY] === key));
    const fields = blockOf(holder?.type ?? "").entries?.fields.filter((field) => !field.fields && field.initial === "") ?? [];
    const words = fields.filter((field) => !["url", "date"].includes(field.kind));
    return words.length > 0 ? edit.setField(issue, key, oneOf(next, words).name, oneOf(next, WORDS)) : issue;
  },
  (issue, next) => edit.setField(issue, entryKey(issue, next), "provenance.outlet", oneOf(next, WORDS)),
];
