/** Words of a preview lead to the field that holds them. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import { parseIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";
import { addressShown, beginningsOf } from "../../../newsletter/web/assets/src/editor/model/shown-places.ts";

const issue = parseIssue({
  title: "The week",
  subject: "Never shown in the email",
  sections: [
    { type: "notice", id: "notice", title: "In short", items: ["The harbour **opens** on Monday.", "Dear {{ first_name }}, thank you."] },
    { type: "links", id: "digest", title: "Digest", items: [
      { headline: "Bread", blurb: "Two sentences.\n\n- a list of words", provenance: { outlet: "The Post" } },
      { headline: "Bread and salt", blurb: "" },
    ] },
  ],
});
const key = (section: number, entry: number): string => issue.sections[section]?.entries?.[entry]?.[KEY] ?? "";

test("a text is found whole, as a part, and with marks and merge fields taken off", () => {
  const found = (shown: string): string | undefined => addressShown(issue, shown);
  assert.equal(found("The week"), ":issue/title");
  assert.equal(found("In  short"), "notice/title");
  assert.equal(found("opens"), `${key(0, 0)}/text`);
  assert.equal(found("Dear Ana, thank you."), `${key(0, 1)}/text`);
  assert.equal(found("Bread"), `${key(1, 0)}/headline`);
  assert.equal(found("Bread and salt"), `${key(1, 1)}/headline`);
  assert.equal(found("a list of words"), `${key(1, 0)}/blurb`);
  assert.equal(found("The Post"), `${key(1, 0)}/provenance.outlet`);
  assert.equal(found("Unsubscribe"), undefined);
  assert.equal(found("Never shown in the email"), undefined);
});

test("a scope is looked for by the beginnings of its texts", () => {
  assert.deepEqual(beginningsOf(issue, key(1, 0)), ["Bread", "Two sentences.", "a list of words", "The Post"]);
  assert.equal(beginningsOf(issue, "digest")[0], "Digest");
  assert.equal(beginningsOf(issue, "gone").length, 0);
});
