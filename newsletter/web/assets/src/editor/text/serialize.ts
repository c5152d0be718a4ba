/**
 * From what the rich text editor holds to the small Markdown of text fields.
 *
 * What is written is read again at once; where the plain spelling would be read differently (a bold word that ends in
 * punctuation before a letter, say), a more careful spelling takes its place.
 */

import { fieldsIn, mask } from "../model/mergefields.ts";
import { parseRichText, type Node } from "./parse.ts";

export type { Node } from "./parse.ts";

interface Run {
  readonly text: string;
  readonly link: string;
  readonly bold: boolean;
  readonly italic: boolean;
}

interface Spelling {
  readonly italic: "*" | "_";
  readonly escape: (text: string) => string;
  /** Letters beside a mark are written as entities, which count as punctuation. */
  readonly guarded: boolean;
}

const escapeAll = (text: string): string => text.replace(/[\\`*_[\]()<>&]/g, "\\$&");
const SPELLINGS: readonly Spelling[] = [
  { italic: "*", escape: escapeNeeded, guarded: false },
  { italic: "*", escape: escapeAll, guarded: false },
  { italic: "_", escape: escapeAll, guarded: true },
];

const JOINER = "&#8288;"; // U+2060, which is neither seen nor broken at

export function serializeRichText(doc: Node): string {
  return writeBlocks(doc.content ?? []).join("\n\n");
}

function writeBlocks(nodes: readonly Node[]): string[] {
  const written: string[] = [];
  let before: Node | undefined;
  let turn = false; // two lists in a row need different marks, or they would be one
  for (const node of nodes) {
    turn = node.type === before?.type && !turn;
    const text = node.type === "paragraph" ? writeParagraph(node) : writeList(node, turn);
    if (!text) continue;
    written.push(text);
    before = node;
  }
  return written;
}

function writeList(list: Node, turn: boolean): string {
  const start = Number(list.attrs?.["start"] ?? 1);
  const isOrdered = list.type === "orderedList";
  const lines = (list.content ?? []).map((item, index) => {
    const mark = isOrdered ? `${start + index}${turn ? ")" : "."}` : turn ? "*" : "-";
    return writeItem(item, `${mark} `);
  });
  return lines.join("\n");
}

function writeItem(item: Node, mark: string): string {
  const [first, ...rest] = item.content ?? [];
  let text = first?.type === "paragraph" ? writeParagraph(first) : "";
  const others = first?.type === "paragraph" || !first ? rest : [first, ...rest];
  let last = first;
  for (const [index, block] of writeBlocks(others).entries()) {
    const node = others[index];
    text += `${continues(last, node, block) ? "\n" : "\n\n"}${block}`;
    last = node;
  }
  const indent = " ".repeat(mark.length);
  return (mark + text).replace(/\n(?=[^\n])/g, `\n${indent}`).replace(/[ \t]+$/gm, "");
}

/** A list may follow a paragraph without an empty line, where it begins with 1 and with words (CommonMark 5.3). */
function continues(before: Node | undefined, node: Node | undefined, written: string): boolean {
  return before?.type === "paragraph" && node?.type !== "paragraph" && /^(?:[-*]|1[.)]) \S/.test(written);
}

function writeParagraph(node: Node): string {
  const runs = runsOf(node.content ?? []);
  const wanted = fingerprint(runs);
  let written = "";
  for (const spelling of SPELLINGS) {
    written = tidy(writeRuns(runs, spelling));
    const read = parseRichText(written).content ?? [];
    if (read.length === 1 && fingerprint(runsOf(read[0]?.content ?? [])) === wanted) break;
  }
  return written;
}

function runsOf(nodes: readonly Node[]): Run[] {
  return nodes.map((node) => {
    const marks = node.marks ?? [];
    return {
      text: node.type === "hardBreak" ? "\n" : (node.text ?? ""),
      link: marks.find((mark) => mark.type === "link")?.attrs?.href ?? "",
      bold: marks.some((mark) => mark.type === "bold"),
      italic: marks.some((mark) => mark.type === "italic"),
    };
  });
}

/** What a reader sees of some runs: each character with its marks, white space with none. */
function fingerprint(runs: readonly Run[]): string {
  const seen = runs.flatMap(({ text, link, bold, italic }) =>
    [...text.replaceAll("\u2060", "")].map((letter) => (/\s/.test(letter) ? letter : `${letter}${bold ? "b" : ""}${italic ? "i" : ""}${link}\0`)),
  );
  return tidy(seen.join(""));
}

function tidy(text: string): string {
  return text.replace(/[ \t]*\n[ \t]*/g, "\n").replace(/\n{2,}/g, "\n").trim();
}

function writeRuns(runs: readonly Run[], spelling: Spelling): string {
  const bridged = runs.map((run, index) => (run.text === "\n" ? between(run, runs[index - 1], runs[index + 1]) : run));
  const text = tidy(writeMarked(bridged, ["link", "bold", "italic"], spelling));
  return text.replace(/^([-+*]|\d+[.)])(?=\s|$)/gm, (mark) => `${mark.slice(0, -1)}\\${mark.slice(-1)}`);
}

/** A line break has the marks that both its neighbours have. */
function between(run: Run, before: Run | undefined, after: Run | undefined): Run {
  if (!before || !after) return { ...run, link: "", bold: false, italic: false };
  return {
    ...run,
    link: before.link === after.link ? before.link : "",
    bold: before.bold && after.bold,
    italic: before.italic && after.italic,
  };
}

type MarkName = "link" | "bold" | "italic";

function writeMarked(runs: readonly Run[], marks: readonly MarkName[], spelling: Spelling): string {
  const [mark, ...inner] = marks;
  if (!mark) return runs.map((run) => escapeText(run.text, spelling)).join("");
  const pieces = grouped(runs, mark).map((group) => {
    const value = group[0]?.[mark];
    const text = writeMarked(group, inner, spelling);
    return value ? { text, value } : { text, value: "" };
  });
  return pieces.map((piece, index) => {
    const [before, after] = [pieces[index - 1], pieces[index + 1]];
    if (piece.value) return wrapped(piece.text, mark, piece.value, spelling);
    const isBeside = mark !== "link" && spelling.guarded;
    return isBeside ? guarded(piece.text, Boolean(before?.value), Boolean(after?.value)) : piece.text;
  }).join("");
}

function grouped(runs: readonly Run[], mark: MarkName): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const last = groups[groups.length - 1];
    if (last?.[0] && last[0][mark] === run[mark]) last.push(run);
    else groups.push([run]);
  }
  return groups;
}

/** White space at the edge of a mark stands outside of it, where Markdown wants it. */
function wrapped(text: string, mark: MarkName, value: string | true, spelling: Spelling): string {
  const core = text.trim();
  if (!core) return text;
  const [lead, trail] = [text.slice(0, text.indexOf(core)), text.slice(text.indexOf(core) + core.length)];
  if (mark === "link") return `${lead}[${core}](${destination(String(value))})${trail}`;
  const sign = mark === "bold" ? "**" : spelling.italic;
  return `${lead}${sign}${core}${sign}${trail}`;
}

function destination(url: string): string {
  const spelt = url.replace(/&(?=#?\w+;)/g, "&amp;");
  let depth = 0;
  for (const character of spelt) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (depth < 0) break;
  }
  return depth === 0 && !/[\s<>]/.test(mask(spelt).text) ? spelt : `<${spelt.replace(/[<>]/g, "\\$&")}>`;
}

/** `text` with entities at its edges. A merge field has no letter to spell so: an invisible joiner stands beside it. */
function guarded(text: string, atStart: boolean, atEnd: boolean): string {
  let result = text;
  if (atEnd) result = result.replace(/[\p{L}\p{N}]$/u, entity).replace(/\}\}$/, `}}${JOINER}`);
  if (atStart) result = result.replace(/^[\p{L}\p{N}]/u, entity).replace(/^\{\{/, `${JOINER}{{`);
  return result;
}

function entity(letter: string): string {
  return `&#${letter.codePointAt(0) ?? 0};`;
}

/** Escape what would be special, and leave merge fields as they are. */
function escapeText(text: string, spelling: Spelling): string {
  let result = "";
  let end = 0;
  for (const found of fieldsIn(text)) {
    result += spelling.escape(text.slice(end, found.start)) + text.slice(found.start, found.end);
    end = found.end;
  }
  return result + spelling.escape(text.slice(end));
}

/** Escape only what can be special where it stands, so that ordinary prose is stored as it was typed. */
function escapeNeeded(text: string): string {
  return text.replace(/[\\[\]]|[*_]|&(?=#?\w+;)/g, (sign, at: number) => {
    const [before, after] = [text[at - 1] ?? "", text[at + 1] ?? ""];
    if (sign === "*" && before === " " && after === " ") return sign;
    if (sign === "_" && /[A-Za-z0-9]/.test(before) && /[A-Za-z0-9]/.test(after)) return sign;
    if (sign === "\\" && /[A-Za-z0-9 ]/.test(after)) return sign;
    return `\\${sign}`;
  });
}
