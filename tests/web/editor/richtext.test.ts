/** Rich text: what is written is read back as it was, and nothing is rewritten for nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLine, parseRichText, richTextAsHtml, type Mark, type Node } from "../../../newsletter/web/assets/src/editor/text/parse.ts";
import { serializeRichText } from "../../../newsletter/web/assets/src/editor/text/serialize.ts";
import { oneOf, random, type Random } from "./random.ts";

const again = (markdown: string): string => serializeRichText(parseRichText(markdown));

for (const markdown of [
  "a **b** *c*",
  "a\nb",
  "a\n\nb",
  "[a](https://x.y/?b=1&c=2)",
  "- a\n- b",
  "3. a\n4. b",
  "x\n\n- a\n  - b\n- c",
  "1 * 2 * 3 \\*x\\*",
  "snake_case and 5 < 6 & 7",
  "**bold *and italic***",
  '**{{ first_name | default: "*x*" }}** [a](https://x.y/?n={{ name | default: "p q" }})',
  "1\\. not a list",
  "\\- not a list",
  "🚢✨ **עברית** و *عربي*",
  "",
]) {
  test(`is written as it was read: ${JSON.stringify(markdown)}`, () => assert.equal(again(markdown), markdown));
}

test("what cannot be shown is put in order once and stays so", () => {
  for (const markdown of ["* a\n* b", "a  \nb", "__x__ _y_", "[a]()", "&amp;", "1) a\n2) b", "- a\n\n- b", "- - a", "-\n- b"]) {
    const once = again(markdown);
    assert.equal(again(once), once, markdown);
  }
});

test("an entity that somebody typed stays five letters", () => {
  const typed: Node = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "R&amp;D [x](y) \\*" }] }] };
  assert.deepEqual(parseRichText(serializeRichText(typed)), typed);
});

test("two lists in a row stay two", () => {
  const list = (text: string): Node => ({
    type: "bulletList",
    content: [{ type: "listItem", content: [{ type: "paragraph", content: [{ type: "text", text }] }] }],
  });
  const doc: Node = { type: "doc", content: [list("a"), list("b"), list("c")] };
  assert.deepEqual(parseRichText(serializeRichText(doc)), doc);
});

test("white space at the edge of a mark is moved out of it", () => {
  const doc: Node = {
    type: "doc",
    content: [{ type: "paragraph", content: [{ type: "text", text: "a" }, { type: "text", text: " b ", marks: [{ type: "bold" }] }, { type: "text", text: "c" }] }],
  };
  assert.equal(serializeRichText(doc), "a **b** c");
});

test("one line knows no lists", () => {
  assert.deepEqual(parseLine("- a").content?.[0], { type: "paragraph", content: [{ type: "text", text: "- a" }] });
});

test("the HTML that is looked at holds no address, no element of the text and no script", () => {
  const html = richTextAsHtml('<b>x</b> [y](https://z.example/"onclick=") {{ name | default: "<i>" }}\nz', false);
  assert.deepEqual([...html.matchAll(/<\/?([a-z]+)([^>]*)>/g)].map((tag) => tag[1] + (tag[2] ?? "")), [
    "p", "a", "a", 'span class="token"', "span", "br", "p",
  ]);
});

const WORDS = ["ferry", "a", '"quoted"', "(aside)", "5", "€", "…", "🚢", "x*y", "_u_", "[b]", "&lt;", "1.", "- ", "\\", "{{ name }}", "!", "عربي"];
const MARKS: readonly Mark[] = [{ type: "link", attrs: { href: "https://x.example/(a)?b=1&amp;c=*d*" } }, { type: "bold" }, { type: "italic" }];

function inline(next: Random): Node[] {
  const nodes: Node[] = [];
  for (let count = 1 + next(5); count > 0; count -= 1) {
    if (next(9) === 0 && nodes.length > 0 && nodes[nodes.length - 1]?.type === "text") nodes.push({ type: "hardBreak" });
    const marks = MARKS.filter(() => next(3) === 0);
    const text = Array.from({ length: 1 + next(3) }, () => oneOf(next, WORDS)).join(oneOf(next, ["", " "])).trim();
    const last = nodes[nodes.length - 1];
    const isSame = last?.type === "text" && JSON.stringify(last.marks ?? []) === JSON.stringify(marks);
    if (!isSame) nodes.push({ type: "text", text, ...(marks.length > 0 ? { marks } : {}) });
  }
  return nodes;
}

const paragraph = (next: Random): Node => ({ type: "paragraph", content: inline(next) });

function list(next: Random, depth: number): Node {
  const isOrdered = next(2) === 0;
  const items = Array.from({ length: 1 + next(3) }, (): Node => {
    const content = [paragraph(next)];
    if (depth > 0 && next(3) === 0) content.push(list(next, depth - 1));
    if (next(6) === 0) content.push(paragraph(next));
    return { type: "listItem", content };
  });
  return { type: isOrdered ? "orderedList" : "bulletList", ...(isOrdered ? { attrs: { start: 1 + next(3) } } : {}), content: items };
}

function someDocument(next: Random): Node {
  const content = Array.from({ length: 1 + next(3) }, () => (next(3) === 0 ? list(next, 2) : paragraph(next)));
  return { type: "doc", content };
}

const DOCUMENTS = process.env["SOAK"] === "1" ? 3_000 : 600;

/** Every letter with its marks; where white space has some makes no difference to anybody. */
function letters(node: Node): string {
  const children = (node.content ?? []).map(letters).join("");
  if (node.type === "hardBreak") return "\n";
  if (node.type !== "text") return `<${node.type}${String(node.attrs?.["start"] ?? "")}>${children}</>`;
  const marks = (node.marks ?? []).map((mark) => mark.type[0] + (mark.attrs?.href ?? "")).join();
  return [...(node.text ?? "").replaceAll("\u2060", "")].map((letter) => (/\s/.test(letter) ? " " : `${letter}{${marks}}`)).join("");
}

test("whatever is composed is read back with every letter and every mark", () => {
  let differing = 0;
  for (let seed = 0; seed < DOCUMENTS; seed += 1) {
    const doc = someDocument(random(seed));
    const markdown = serializeRichText(doc);
    const read = parseRichText(markdown);
    const [wanted, got] = [doc, read].map((node) => letters(node).replace(/ *\n */g, "\n").replace(/(<[^>]+>) +| +(<\/>)/g, "$1$2"));
    if (wanted !== got) {
      differing += 1;
      if (differing < 6) console.log(seed, JSON.stringify(markdown), "\n ", wanted, "\n ", got);
    }
  }
  assert.equal(differing, 0);
});
