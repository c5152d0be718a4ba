/**
 * From the small Markdown of text fields to what the rich text editor shows.
 *
 * The same parser with the same rules as newsletter/document/richtext.py, so that what is edited is what is sent:
 * bold, italic, links, lists, and a line break where the source has one.
 */

import MarkdownIt from "markdown-it";
import { mask, type Masked } from "../model/mergefields.ts";

export interface Mark {
  readonly type: "bold" | "italic" | "link";
  readonly attrs?: { href: string };
}

/** A node of the rich text editor's document. */
export interface Node {
  readonly type: string;
  readonly attrs?: { [name: string]: number | string };
  readonly content?: Node[];
  readonly text?: string;
  readonly marks?: Mark[];
}

const parser = new MarkdownIt("zero", { html: false, breaks: true });
parser.set({ maxNesting: 20 } as object);
parser.enable(["list", "emphasis", "link", "newline", "escape", "entity"]);

type Token = ReturnType<typeof parser.parse>[number];

const BLOCKS: Readonly<Record<string, string>> = {
  paragraph_open: "paragraph",
  bullet_list_open: "bulletList",
  ordered_list_open: "orderedList",
  list_item_open: "listItem",
};

interface Open {
  readonly node: Node;
  readonly content: Node[];
}

export function parseRichText(markdown: string): Node {
  const masked = mask(markdown);
  const root: Open = { node: { type: "doc" }, content: [] };
  const open = [root];
  for (const token of parser.parse(masked.text, {})) {
    const top = open[open.length - 1] ?? root;
    if (token.nesting > 0) open.push({ node: blockNode(token), content: [] });
    else if (token.nesting < 0) {
      open.pop();
      (open[open.length - 1] ?? root).content.push(closed(top));
    } else if (token.type === "inline") top.content.push(...inlineNodes(token.children ?? [], masked));
  }
  if (root.content.length === 0) root.content.push({ type: "paragraph" });
  return closed(root);
}

/** The same for one line: no lists and no paragraphs, as `to_inline_html` reads it. */
export function parseLine(markdown: string): Node {
  const masked = mask(markdown);
  const content = parser.parseInline(masked.text, {}).flatMap((token) => inlineNodes(token.children ?? [], masked));
  const paragraph: Node = content.length > 0 ? { type: "paragraph", content } : { type: "paragraph" };
  return { type: "doc", content: [paragraph] };
}

function blockNode(token: Token): Node {
  const type = BLOCKS[token.type] ?? "paragraph";
  if (type !== "orderedList") return { type };
  return { type, attrs: { start: Number(token.attrGet("start") ?? 1) } };
}

function closed({ node, content }: Open): Node {
  // A list item begins with a paragraph, even where the source has a list at once or nothing at all.
  const bare = node.type === "listItem" && content[0]?.type !== "paragraph";
  const inside = bare ? [{ type: "paragraph" }, ...content] : content;
  return inside.length > 0 ? { ...node, content: inside } : node;
}

function inlineNodes(tokens: readonly Token[], masked: Masked): Node[] {
  const nodes: Node[] = [];
  let marks: Mark[] = [];
  for (const token of tokens) {
    if (token.type === "softbreak" || token.type === "hardbreak") nodes.push({ type: "hardBreak" });
    else if (token.nesting > 0) marks = [...marks, markOf(token, masked)];
    else if (token.nesting < 0) marks = marks.slice(0, -1);
    else if (token.content) addText(nodes, masked.restore(token.content), inOrder(marks));
  }
  return nodes;
}

function markOf(token: Token, masked: Masked): Mark {
  if (token.type === "link_open") return { type: "link", attrs: { href: masked.restore(hrefOf(token)) } };
  return { type: token.type === "strong_open" ? "bold" : "italic" };
}

function hrefOf(token: Token): string {
  return String(token.attrGet("href") ?? "");
}

/** Each mark once, in the order in which they are written; a link to nowhere is none. */
function inOrder(marks: readonly Mark[]): Mark[] {
  const links = marks.filter((mark) => mark.type === "link" && mark.attrs?.href);
  const has = (type: Mark["type"]): Mark[] => (marks.some((mark) => mark.type === type) ? [{ type }] : []);
  return [...links.slice(-1), ...has("bold"), ...has("italic")];
}

function addText(nodes: Node[], text: string, marks: Mark[]): void {
  const last = nodes[nodes.length - 1];
  if (last?.type === "text" && JSON.stringify(last.marks ?? []) === JSON.stringify(marks)) {
    nodes[nodes.length - 1] = { ...last, text: `${last.text ?? ""}${text}` };
  } else nodes.push({ type: "text", text, ...(marks.length > 0 ? { marks } : {}) });
}

/** The text as HTML, to be looked at until somebody edits it. The parser escapes all but its own elements. */
export function richTextAsHtml(markdown: string, single: boolean): string {
  const masked = mask(markdown);
  const chip = (token: string): string => `<span class="token">${escapedHtml(token)}</span>`;
  const html = (single ? `<p>${parser.renderInline(masked.text)}</p>` : parser.render(masked.text)).replace(/ href="[^"]*"/g, "").replace(/<br>\n/g, "<br>");
  return masked.restore(html, chip);
}

function escapedHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The words of a text without its marks, line by line. */
export function textsIn(node: Node): string[] {
  if (node.type !== "paragraph") return (node.content ?? []).flatMap(textsIn);
  return (node.content ?? []).map((part) => (part.type === "hardBreak" ? "\n" : (part.text ?? ""))).join("").split("\n");
}

/** The addresses that a text links to. */
export function linksIn(markdown: string): string[] {
  if (!markdown.includes("](")) return [];
  const masked = mask(markdown);
  const urls: string[] = [];
  for (const token of parser.parse(masked.text, {})) {
    for (const child of token.children ?? []) {
      if (child.type === "link_open") urls.push(masked.restore(hrefOf(child)));
    }
  }
  return urls;
}
