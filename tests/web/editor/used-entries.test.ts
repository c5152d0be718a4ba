/** Which stories came from the inbox: through undo, moves, reloads, and two people who place the same entry. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY, type Fields, type Issue } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import { moveEntry, removeEntry, setField } from "../../../newsletter/web/assets/src/editor/model/edit.ts";
import { matchEntries, mergeIssues } from "../../../newsletter/web/assets/src/editor/model/merge.ts";
import { parseIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";
import { fillStory, placeStory, sectionsForStories, uniteStories, withoutTaken } from "../../../newsletter/web/assets/src/editor/model/stories.ts";
import { UsedEntries } from "../../../newsletter/web/assets/src/editor/model/used-entries.ts";

const URL = "https://post.example/ferry";
const ITEM: Fields = { headline: "Ferry", url: URL, blurb: "", provenance: { outlet: "The Post", style: "outlet", byline: "", published: null }, image: null };
const empty = parseIssue({
  title: "A",
  sections: [
    { type: "links", id: "digest", items: [{ headline: "One", url: "https://x.example/1" }] },
    { type: "latest", id: "latest" },
    { type: "feature", id: "watch" },
    { type: "text", id: "words" },
  ],
});

function place(issue: Issue, section: number, item = ITEM): [Issue, string] {
  const target = issue.sections[section];
  assert.ok(target);
  return placeStory(issue, target, target.entries?.length ?? 0, item);
}

test("an entry is used while its story stands in the issue, wherever", () => {
  const used = new UsedEntries();
  const [placed, key] = place(empty, 0);
  used.note(7, key, ITEM, true);
  assert.deepEqual(used.changes(placed), { use: { 7: "digest" }, give_back: [] });
  used.settle({ use: { 7: "digest" }, give_back: [] });
  const moved = moveEntry(placed, key, "latest", 0);
  assert.equal(used.changes(setField(moved, key, "url", "https://x.example/other")), undefined);
  assert.deepEqual(used.changes(empty), { use: {}, give_back: [7] });
  used.settle({ use: {}, give_back: [7] });
  assert.deepEqual(used.changes(moved), { use: { 7: "latest" }, give_back: [] });
});

test("what was used before is known by its link, and what is not found is left alone", () => {
  const used = new UsedEntries();
  const [issue, key] = place(empty, 0);
  const facts = { links: ["https://post.example/other", URL], is_read: true, is_complete: true };
  used.take(issue, [{ id: 7, ...facts }, { id: 8, ...facts, links: ["https://gone.example/"] }]);
  assert.equal(used.entryOf(issue, key), 7);
  assert.equal(used.changes(issue), undefined);
  assert.deepEqual(used.changes(removeEntry(issue, key)), { use: {}, give_back: [7] });
});

test("a feature takes one story, while it is empty", () => {
  assert.deepEqual(sectionsForStories(empty).map(({ id }) => id), ["digest", "latest", "watch"]);
  const used = new UsedEntries();
  const [issue, scope] = place(empty, 2);
  used.note(7, scope, ITEM, true);
  assert.deepEqual(used.changes(issue), { use: { 7: "watch" }, give_back: [] });
  assert.deepEqual(sectionsForStories(issue).map(({ id }) => id), ["digest", "latest"]);
  assert.equal(used.changes(withoutTaken(issue, used, [7])), undefined);
  assert.equal(used.changes(setField(issue, "watch", "url", "https://x.example/other")), undefined);
});

test("an entry that another was quicker with goes, but not what somebody wrote", () => {
  const used = new UsedEntries();
  const [issue, key] = place(empty, 0);
  used.note(7, key, ITEM, true);
  assert.deepEqual(withoutTaken(issue, used, [7]).sections[0]?.entries, empty.sections[0]?.entries);
  const written = setField(issue, key, "blurb", "Mine.");
  assert.equal(withoutTaken(written, used, [7]), written);
});

test("of one story that two placed there is one, where it was saved first, with what both wrote", () => {
  const [mine, key] = place(empty, 1);
  const [saved, other] = place(empty, 0);
  const theirs = setField(saved, other, "blurb", "Theirs.");
  const written = setField(mine, key, "headline", "My ferry");
  const united = uniteStories(empty, written, matchEntries(theirs, empty), [{ scope: key, item: ITEM }]);
  const { issue, conflicts } = mergeIssues(united.base, united.mine, united.theirs);
  assert.deepEqual([united.count, conflicts], [1, []]);
  assert.deepEqual(issue.sections[1]?.entries, []);
  const [, story] = issue.sections[0]?.entries ?? [];
  assert.deepEqual([story?.[KEY], story?.["headline"], story?.["blurb"]], [key, "My ferry", "Theirs."]);
});

test("a page fills what nobody has written", () => {
  const pasted = "https://post.example/ferry?page=1";
  const [issue, key] = place(empty, 0, { url: pasted });
  const typed = setField(issue, key, "headline", "Mine");
  const filled = fillStory(typed, key, pasted, { ...ITEM, blurb: "It is back." });
  const story = filled.sections[0]?.entries?.[1];
  assert.deepEqual([story?.["headline"], story?.["url"], story?.["blurb"]], ["Mine", URL, "It is back."]);
  const provenance = story?.["provenance"] as Fields;
  assert.deepEqual([provenance["outlet"], provenance["published"]], ["The Post", null]);
  assert.equal(fillStory(empty, key, pasted, ITEM), empty);
});

test("pages that were read are told once, and the end of all waiting", () => {
  const used = new UsedEntries();
  const [issue, key] = place(empty, 0);
  used.note(7, key, ITEM, false);
  const facts = { id: 7, links: [URL], is_read: false, is_complete: false };
  assert.deepEqual(used.take(issue, [facts]), { read: [], isComplete: false });
  assert.deepEqual([used.isUnread(key), used.waits], [true, true]);
  assert.deepEqual(used.take(issue, [{ ...facts, is_read: true }]), { read: [7], isComplete: false });
  assert.deepEqual(used.take(issue, [{ ...facts, is_read: true, is_complete: true }]), { read: [], isComplete: true });
});
