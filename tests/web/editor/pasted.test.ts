/** Several pasted lines: what each becomes, and that no word is lost. */

import "./format.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf } from "../../../newsletter/web/assets/src/editor/model/blocks.ts";
import { addressIn, entriesOf, fitting, linkOffer, plainLines, storiesOf, withoutMarks } from "../../../newsletter/web/assets/src/editor/model/pasted.ts";
import { oneOf, random } from "./random.ts";

const line = (text: string, url = "") => ({ text, url });
const kindOf = (type: string) => {
  const kind = blockOf(type).entries;
  assert.ok(kind);
  return kind;
};

test("the marks of a list are left out where every line has one, and words never are", () => {
  assert.deepEqual(withoutMarks(plainLines("• Bread\n•\tSalt\r\n\n•  Wine\n")), ["Bread", "Salt", "Wine"]);
  assert.deepEqual(withoutMarks(["- Bread", "- Salt"]), ["Bread", "Salt"]);
  assert.deepEqual(withoutMarks(["3. Bread", "4) Salt"]), ["Bread", "Salt"]);
  for (const kept of [["– said she", "Salt"], ["5. Juni", "7. Juni"], ["- Bread"], ["1. Bread", "Salt"]]) assert.deepEqual(withoutMarks(kept), kept);
  assert.deepEqual(plainLines("Bread\tSalt\vWine\u2028Oil"), ["Bread · Salt", "Wine", "Oil"]);
});

test("addresses, headlines and pairs of both become stories", () => {
  const [one, two] = ["https://news.example/1", "https://news.example/2?a=(b)"];
  assert.deepEqual(storiesOf([line(one), line(two)]), [{ headline: "", url: one }, { headline: "", url: two }]);
  assert.deepEqual(storiesOf([line("Bread"), line("Salt")]), [{ headline: "Bread", url: "" }, { headline: "Salt", url: "" }]);
  const pairs = [{ headline: "Bread", url: one }, { headline: "Salt", url: two }];
  assert.deepEqual(storiesOf([line("Bread"), line(one), line("Salt"), line(two)]), pairs);
  assert.deepEqual(storiesOf([line(one), line("Bread"), line(two), line("Salt")]), pairs);
  assert.deepEqual(storiesOf([line(`Bread – ${one}.`), line("Salt", two)]), pairs);
  assert.deepEqual(storiesOf([line(`Bread · ${one} · The Post`)]), [{ headline: "Bread · The Post", url: one }]);
});

test("an address keeps what belongs to it", () => {
  assert.deepEqual(addressIn("See (https://x.example/a)."), { url: "https://x.example/a", words: "See" });
  assert.deepEqual(addressIn("https://x.example/A_(b)"), { url: "https://x.example/A_(b)", words: "" });
  assert.equal(addressIn("https://x.example https://y.example"), undefined);
  assert.equal(addressIn("no address"), undefined);
});

test("an address in a headline is offered as the link, and words around a link as the headline", () => {
  const url = "https://x.example/a";
  assert.deepEqual(linkOffer("headline", { headline: `Bread ${url}`, url: "" }), { headline: "Bread", url });
  assert.deepEqual(linkOffer("url", { headline: "", url: `Bread ${url}` }), { headline: "Bread", url });
  assert.equal(linkOffer("headline", { headline: `Bread ${url}`, url: "https://other.example" }), undefined);
  assert.equal(linkOffer("url", { headline: "Salt", url: `Bread ${url}` }), undefined);
  assert.equal(linkOffer("url", { headline: "Salt", url }), undefined);
  assert.equal(linkOffer("headline", { headline: url }), undefined);
});

test("whatever is pasted, every word is in an entry, and there are never more than fit", () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const next = random(seed);
    const words = Array.from({ length: 1 + next(30) }, (_, index) => (next(4) === 0 ? `https://x.example/${index}` : `word${index}`));
    const text = words.map((word) => word + oneOf(next, ["\n", "\r\n", " ", "\t", "\n• ", "\n\n"])).join("");
    const kind = kindOf(oneOf(next, ["links", "notice"]));
    const entries = entriesOf(kind, withoutMarks(plainLines(text)).map((words) => line(words)));
    const room = 1 + next(5);
    const fitted = fitting(kind, entries, room);
    assert.ok(fitted.length <= room);
    const kept = fitted.flatMap((entry) => Object.values(entry)).join("\n");
    for (const word of words) assert.match(kept, new RegExp(`(?<![\\w/])${word}(?!\\w)`), text);
  }
});
