/** Patches say no more than what changed, and lists keep their identity through moves. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY, locate, type Fields, type Issue } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import * as edit from "../../../newsletter/web/assets/src/editor/model/edit.ts";
import { difference } from "../../../newsletter/web/assets/src/editor/model/patch.ts";
import { parseIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";

export function issueOf(...sections: Fields[]): Issue {
  return parseIssue({ title: "A", sections });
}

const stories = (count: number): Fields[] => Array.from({ length: count }, (_, index) => ({ headline: `Story ${index}` }));
const keyAt = (issue: Issue, section: number, entry: number): string => issue.sections[section]?.entries?.[entry]?.[KEY] ?? "";
const paths = (before: Issue, after: Issue): string[] => difference(before, after).map(({ op, path }) => `${op} ${path}`);

test("nothing changed, nothing said", () => {
  const issue = issueOf({ type: "links", items: stories(3) });
  assert.deepEqual(difference(issue, issue), []);
  assert.equal(edit.setField(issue, keyAt(issue, 0, 1), "headline", "Story 1"), issue);
});

test("one letter in one of 200 stories is one short operation", () => {
  const issue = issueOf({ type: "latest", items: stories(200) });
  const changed = edit.setField(issue, keyAt(issue, 0, 150), "headline", "x");
  assert.deepEqual(difference(issue, changed), [{ op: "add", path: "/sections/0/items/150/headline", value: "x" }]);
});

test("a story moved over 199 others is one move", () => {
  const issue = issueOf({ type: "latest", items: stories(200) });
  const changed = edit.moveEntry(issue, keyAt(issue, 0, 0), issue.sections[0]?.id ?? "", 199);
  assert.deepEqual(difference(issue, changed), [{ op: "move", from: "/sections/0/items/0", path: "/sections/0/items/199" }]);
});

test("a story moved to another section leaves one and joins the other", () => {
  const issue = issueOf({ type: "links", items: stories(2) }, { type: "latest", items: stories(1) });
  const changed = edit.stepEntry(issue, keyAt(issue, 0, 1), 1);
  assert.deepEqual(paths(issue, changed), ["remove /sections/0/items/1", "add /sections/1/items/0"]);
  assert.deepEqual(locate(changed, keyAt(issue, 0, 1)), { section: 1, entry: 0 });
});

test("a quote never moves among stories", () => {
  const issue = issueOf({ type: "links", items: [] }, { type: "quotes", items: [{ text: "x" }] });
  assert.equal(edit.stepEntry(issue, keyAt(issue, 1, 0), -1), issue);
});

test("a full section takes no more", () => {
  const issue = issueOf({ type: "links", items: stories(100) }, { type: "latest", items: stories(1) });
  assert.equal(edit.stepEntry(issue, keyAt(issue, 1, 0), -1), issue);
});

test("what stands within a field is written whole, for the server may not have its parent", () => {
  const issue = issueOf({ type: "links", items: stories(1) });
  const changed = edit.setField(issue, keyAt(issue, 0, 0), "provenance.outlet", "The Post");
  assert.deepEqual(difference(issue, changed), [
    { op: "add", path: "/sections/0/items/0/provenance", value: { outlet: "The Post", style: "outlet", byline: "", published: null } },
  ]);
});

test("the first entry of a list writes the list", () => {
  const issue = issueOf({ type: "notice", items: [] });
  const [changed] = edit.addEntry(issue, "notice", 0, { text: "One" });
  assert.deepEqual(difference(issue, changed), [{ op: "add", path: "/sections/0/items", value: ["One"] }]);
});

test("a statement is its words alone", () => {
  const issue = issueOf({ type: "notice", items: ["One", "Two"] });
  assert.deepEqual(difference(issue, edit.setField(issue, keyAt(issue, 0, 1), "text", "2")), [
    { op: "replace", path: "/sections/0/items/1", value: "2" },
  ]);
});

test("names in paths are escaped", () => {
  const issue = parseIssue({ title: "A", "a/b~c": "1" });
  assert.deepEqual(difference(issue, edit.setField(issue, ":issue", "a/b~c", "2"))[0]?.path, "/a~1b~0c");
});

test("a duplicate has an id of its own and lies below", () => {
  const issue = issueOf({ type: "text", id: "a", text: "x" }, { type: "divider", id: "a-2" });
  const [changed, id] = edit.duplicateSection(issue, "a");
  assert.equal(id, "a-3");
  assert.deepEqual(changed.sections.map((section) => section.id), ["a", "a-3", "a-2"]);
});

test("fields that this page does not know are kept and sent along", () => {
  const issue = issueOf({ type: "links", poll: { open: true }, items: [{ headline: "x", mood: "calm" }] }, { type: "quiz", items: [1] });
  const [changed] = edit.duplicateSection(issue, issue.sections[0]?.id ?? "");
  const value = difference(issue, changed)[0]?.value as { poll: unknown; items: { mood: string }[] };
  assert.deepEqual(value.poll, { open: true });
  assert.equal(value.items[0]?.mood, "calm");
  assert.deepEqual(difference(parseIssue({ title: "A", sections: [] }), issue)[0]?.path, "/sections");
});
