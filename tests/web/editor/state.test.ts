/** The history, the draft on the device, and what is held back from a save. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrors, withoutInvalid } from "../../../newsletter/web/assets/src/editor/model/validate.ts";
import { KEY } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import { setField } from "../../../newsletter/web/assets/src/editor/model/edit.ts";
import { difference } from "../../../newsletter/web/assets/src/editor/model/patch.ts";
import { addressAt, spoken } from "../../../newsletter/web/assets/src/editor/model/paths.ts";
import { parseIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";
import { completeUrl } from "../../../newsletter/web/assets/src/editor/model/urls.ts";
import { LocalDrafts } from "../../../newsletter/web/assets/src/editor/state/local-drafts.ts";
import { History } from "../../../newsletter/web/assets/src/editor/state/history.ts";

const issue = parseIssue({
  title: "A",
  sections: [{ type: "links", id: "digest", title: "Weekly digest", items: [{ headline: "One" }] }, { type: "notice", id: "notice", items: ["x"] }],
});
const key = issue.sections[0]?.entries?.[0]?.[KEY] ?? "";

test("a field with a fault is held back, and the rest is saved", () => {
  const changed = setField(setField(issue, key, "url", "ftp://x"), key, "headline", "Two");
  const errors = fieldErrors(changed);
  assert.deepEqual([...errors], [[`${key}/url`, "A link must begin with https:// or http://."]]);
  assert.deepEqual(difference(issue, withoutInvalid(changed, issue, errors.keys())), [
    { op: "add", path: "/sections/0/items/0/headline", value: "Two" },
  ]);
});

test("a fault within a field that is new holds back only itself", () => {
  const picture = { src: "http://x", alt: "A pier", caption: "", credit: "", licence: "", width: null, height: null };
  const changed = setField(issue, key, "image", picture);
  const [operation] = difference(issue, withoutInvalid(changed, issue, fieldErrors(changed).keys()));
  assert.deepEqual(operation?.value, { ...picture, src: "" });
});

test("an emptied title keeps its last one on the server", () => {
  const changed = setField(issue, ":issue", "title", " ");
  assert.deepEqual(difference(issue, withoutInvalid(changed, issue, fieldErrors(changed).keys())), []);
});

test("places of the server and of the page are the same", () => {
  const places = ["subject", "sections[0].title", "sections[0].items[0].provenance.outlet", "sections[1].items[0]", "sections[0]"];
  const [statement] = issue.sections[1]?.entries ?? [];
  assert.deepEqual(places.map((path) => addressAt(issue, path)), [
    ":issue/subject", "digest/title", `${key}/provenance.outlet`, `${statement?.[KEY] ?? ""}/text`, "digest/",
  ]);
  assert.deepEqual(["sections[9]", "sections", "/sections/0"].map((path) => addressAt(issue, path)), [undefined, undefined, undefined]);
  assert.equal(spoken(issue, `${key}/url`), "Weekly digest, story 1, Link");
});

test("typing into one field is one step, until there is a pause or another field", () => {
  const history = new History();
  const steps = [0, 100, 200].map((at) => setField(issue, ":issue", "subject", `${at}`));
  history.record(issue, "s", true, 0);
  history.record(steps[0] as typeof issue, "s", true, 100);
  history.record(steps[1] as typeof issue, "t", true, 200);
  history.record(steps[2] as typeof issue, "t", true, 9_000);
  const end = setField(issue, ":issue", "subject", "end");
  const undone = [history.undo(end), history.undo(steps[2] as typeof issue), history.undo(steps[1] as typeof issue)].map((step) => step?.issue);
  assert.deepEqual(undone, [steps[2], steps[1], issue]);
  assert.equal(history.undo(issue), undefined);
  assert.equal(history.redo(issue)?.issue, steps[1]);
});

test("a new change forgets what was undone", () => {
  const history = new History();
  history.record(issue, "a", false, 0);
  history.undo(issue);
  history.record(issue, "b", false, 1);
  assert.equal(history.canRedo, false);
});

class Shelf extends Map<string, string> {
  full = false;
  getItem = (name: string): string | null => this.get(name) ?? null;
  removeItem = (name: string): void => void this.delete(name);
  key = (index: number): string | null => [...this.keys()][index] ?? null;
  setItem = (name: string, value: string): void => {
    if (this.full) throw new Error("QuotaExceededError");
    this.set(name, value);
  };
  get length(): number {
    return this.size;
  }
}

const copy = (at: number) => ({ etag: "1", base: {}, document: { title: "A" }, at });

test("the newest copy of this person and of no open tab is found", () => {
  const shelf = new Shelf();
  new LocalDrafts(shelf, 7, "old", "me").keep(copy(1));
  new LocalDrafts(shelf, 7, "new", "me").keep(copy(3));
  new LocalDrafts(shelf, 7, "open", "me").keep(copy(9));
  new LocalDrafts(shelf, 7, "other", "you").keep(copy(8));
  new LocalDrafts(shelf, 77, "issue", "me").keep(copy(7));
  shelf.set("newsletter:issue:7:broken", "{");
  const device = new LocalDrafts(shelf, 7, "mine", "me");
  assert.equal(device.newest(new Set(["open"]))?.draft.at, 3);
  device.forget(device.newest(new Set(["open"]))?.key);
  assert.equal(device.newest(new Set(["open"]))?.draft.at, 1);
});

test("a device without room or storage says so", () => {
  const shelf = new Shelf();
  shelf.full = true;
  assert.equal(new LocalDrafts(shelf, 7, "a", "me").keep(copy(1)), false);
  assert.equal(new LocalDrafts(undefined, 7, "a", "me").keep(copy(1)), false);
  assert.equal(new LocalDrafts(undefined, 7, "a", "me").newest(new Set()), undefined);
});

test("an address is completeUrl only where that was meant", () => {
  assert.deepEqual(["example.org/a b", " example.org/a ", "x.example.org?q", "me@example.org", "word", "https://x.y", "javascript:x.y"].map(completeUrl), [
    "example.org/a b", "https://example.org/a", "https://x.example.org?q", "me@example.org", "word", "https://x.y", "javascript:x.y",
  ]);
});
