/** Two people at one issue: nothing of either is lost, and only true contradictions are asked about. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY, type Issue } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import * as edit from "../../../newsletter/web/assets/src/editor/model/edit.ts";
import { parseIssue, serializeIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";
import { resolveConflicts, matchEntries, mergeIssues, hasSameContent } from "../../../newsletter/web/assets/src/editor/model/merge.ts";

const base = parseIssue({
  title: "A",
  subject: "S",
  sections: [
    { type: "links", id: "digest", items: [{ headline: "One", url: "https://x.example/1" }, { headline: "Two" }, { headline: "Three" }] },
    { type: "latest", id: "latest", items: [{ headline: "Four" }] },
    { type: "notice", id: "notice", items: ["First", "Second"] },
  ],
});
const key = (section: number, entry: number): string => base.sections[section]?.entries?.[entry]?.[KEY] ?? "";
const headlines = (issue: Issue, section = 0): string[] => issue.sections[section]?.entries?.map((entry) => String(entry["headline"] ?? entry["text"])) ?? [];
/** As it comes from the server: without identities. */
const fromServer = (issue: Issue): Issue => matchEntries(parseIssue(serializeIssue(issue)), base);

test("changes to different fields of one story both stay", () => {
  const mine = edit.setField(base, key(0, 0), "headline", "Mine");
  const theirs = fromServer(edit.setField(base, key(0, 0), "blurb", "Theirs"));
  const { issue, conflicts } = mergeIssues(base, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.equal(issue.sections[0]?.entries?.[0]?.["headline"], "Mine");
  assert.equal(issue.sections[0]?.entries?.[0]?.["blurb"], "Theirs");
});

test("the same field is asked about; mine stands until it is answered", () => {
  const mine = edit.setField(base, key(0, 1), "headline", "Mine");
  const theirs = fromServer(edit.setField(base, key(0, 1), "headline", "Theirs"));
  const { issue, conflicts } = mergeIssues(base, mine, theirs);
  assert.deepEqual(conflicts, [{ address: `${key(0, 1)}/headline`, mine: "Mine", theirs: "Theirs" }]);
  assert.deepEqual(headlines(issue), ["One", "Mine", "Three"]);
  const chosen = resolveConflicts(issue, conflicts, new Set([conflicts[0]?.address ?? "/"]));
  assert.deepEqual(headlines(chosen), ["One", "Theirs", "Three"]);
});

test("both wrote the same: nothing to ask", () => {
  const change = (issue: Issue): Issue => edit.setField(issue, ":issue", "subject", "T");
  assert.deepEqual(mergeIssues(base, change(base), fromServer(change(base))).conflicts, []);
});

test("fields within a field are told apart", () => {
  const mine = edit.setField(base, key(0, 0), "provenance.outlet", "The Post");
  const theirs = fromServer(edit.setField(base, key(0, 0), "provenance.byline", "Ana"));
  const { issue, conflicts } = mergeIssues(base, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(issue.sections[0]?.entries?.[0]?.["provenance"], { outlet: "The Post", style: "outlet", byline: "Ana", published: null });
});

test("additions of both stay, each where it was put", () => {
  const [mine] = edit.addEntry(base, "digest", 1, { headline: "Mine" });
  const [added] = edit.addEntry(base, "digest", 3, { headline: "Theirs" });
  assert.deepEqual(headlines(mergeIssues(base, mine, fromServer(added)).issue), ["One", "Mine", "Two", "Three", "Theirs"]);
});

test("what I removed and they changed stays, and the reverse", () => {
  const removed = edit.removeEntry(base, key(0, 0));
  const changed = edit.setField(base, key(0, 0), "blurb", "New");
  assert.deepEqual(headlines(mergeIssues(base, removed, fromServer(changed)).issue), ["One", "Two", "Three"]);
  assert.deepEqual(headlines(mergeIssues(base, changed, fromServer(removed)).issue), ["One", "Two", "Three"]);
});

test("what one removed and nobody changed is gone", () => {
  const removed = edit.removeEntry(base, key(0, 1));
  const other = edit.setField(base, ":issue", "subject", "T");
  assert.deepEqual(headlines(mergeIssues(base, removed, fromServer(other)).issue), ["One", "Three"]);
  assert.deepEqual(headlines(mergeIssues(base, other, fromServer(removed)).issue), ["One", "Three"]);
});

test("a story that I moved and they edited is in one place, edited", () => {
  const mine = edit.moveEntry(base, key(0, 2), "latest", 0);
  const theirs = fromServer(edit.setField(base, key(0, 2), "blurb", "Edited"));
  const { issue } = mergeIssues(base, mine, theirs);
  assert.deepEqual([headlines(issue), headlines(issue, 1)], [["One", "Two"], ["Three", "Four"]]);
  assert.equal(issue.sections[1]?.entries?.[0]?.["blurb"], "Edited");
});

test("a story that they moved and I edited is in one place, edited", () => {
  const theirs = fromServer(edit.moveEntry(base, key(0, 2), "latest", 1));
  const mine = edit.setField(base, key(0, 2), "blurb", "Edited");
  const { issue } = mergeIssues(base, mine, theirs);
  assert.deepEqual([headlines(issue), headlines(issue, 1)], [["One", "Two"], ["Four", "Three"]]);
});

test("sections that one added, moved or removed are there, in place, or gone", () => {
  const mine = edit.moveSection(base, "notice", 0);
  const [theirs] = edit.addSection(edit.removeSection(base, "latest"), "divider", 2);
  assert.deepEqual(mergeIssues(base, mine, fromServer(theirs)).issue.sections.map(({ id }) => id), ["notice", "divider", "digest"]);
});

test("statements are matchEntries by their words or their place", () => {
  const theirs = fromServer(edit.setField(base, key(2, 0), "text", "First, mended"));
  assert.equal(theirs.sections[2]?.entries?.[0]?.[KEY], key(2, 0));
  const mine = edit.setField(base, key(2, 1), "text", "Second, mended");
  assert.deepEqual(headlines(mergeIssues(base, mine, theirs).issue, 2), ["First, mended", "Second, mended"]);
});

test("nothing of mine: theirs as it is", () => {
  const theirs = fromServer(edit.setField(base, ":issue", "subject", "T"));
  assert.ok(hasSameContent(mergeIssues(base, base, theirs).issue, theirs));
});
