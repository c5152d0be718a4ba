/** What several pasted lines become in a list: a statement or a story for each, and no word is lost. */

import type { Fields } from "./document.ts";
import type { EntryKind } from "./blocks.ts";

/** One line of what is pasted: its words, and where it leads when it holds exactly one link. */
export interface Line {
  readonly text: string;
  readonly url: string;
}

const URL = /https?:\/\/[^\s<>"]+/gi;
const BETWEEN_CELLS = " · ";
const BULLET = /^[•·▪◦‣●○■–*-](?: · |\s+)/;
const NUMBER = /^(\d{1,3})[.)](?: · |\s+)/;
/** What stands between words and their address, and belongs to neither. */
const SEAM = /^[\s·|:;,–—>)-]+|(?:[\s·|:;,–—<(-]|\s\.)+$/g;

/** The lines of plain text that have words. */
export function plainLines(text: string): string[] {
  const lines = text.split(/[\r\n\v\f\u0085\u2028\u2029]+/).map((line) => line.trim().replace(/\t+/g, BETWEEN_CELLS));
  return lines.filter(Boolean);
}

/** `lines` without the marks of a list, where each of them has one: a bullet, or the next number. */
export function withoutMarks(lines: readonly string[]): string[] {
  if (lines.length < 2) return [...lines];
  if (lines.every((line) => BULLET.test(line))) return lines.map((line) => line.replace(BULLET, ""));
  const numbers = lines.map((line) => Number(NUMBER.exec(line)?.[1] ?? Number.NaN));
  const isNumbered = numbers.every((number, index) => number === (numbers[0] ?? 0) + index);
  return isNumbered ? lines.map((line) => line.replace(NUMBER, "")) : [...lines];
}

/** The only address in `text` and the words around it; undefined where there is none, or more than one. */
export function addressIn(text: string): { readonly url: string; readonly words: string } | undefined {
  const [found, ...others] = text.match(URL) ?? [];
  if (!found || others.length > 0) return undefined;
  const url = withoutEnd(found);
  const words = text.replace(url, " ").replace(/[<(]\s*[)>]/, " ").replace(/\s+/g, " ").replace(/(?: [·|–—])+(?= [·|–—])/g, "").replace(SEAM, "").trim();
  return { url, words: /[\p{L}\p{N}]/u.test(words) ? words : "" };
}

/** A full stop after an address ends its sentence, and a bracket may have been opened before it. */
function withoutEnd(url: string): string {
  const bare = url.replace(/[.,;:!?'"”’]+$/, "");
  return bare.endsWith(")") && !bare.includes("(") ? bare.slice(0, -1) : bare;
}

/** A story for each line; an address alone on its line belongs to the headline before it, or to the one after it. */
export function storiesOf(lines: readonly Line[]): { headline: string; url: string }[] {
  const stories: { headline: string; url: string }[] = [];
  for (const { text, url } of lines) {
    const address = addressIn(text);
    const [headline, link] = address ? [address.words, address.url] : [text, url];
    const last = stories.at(-1);
    const fits = last && ((!headline && !last.url && lines.length > 1) || (!link && !last.headline));
    if (fits && last) stories[stories.length - 1] = { headline: last.headline || headline, url: last.url || link };
    else stories.push({ headline, url: link });
  }
  return stories;
}

/** The fields of one entry for each of `lines`. */
export function entriesOf(kind: EntryKind, lines: readonly Line[]): Fields[] {
  if (kind.key === "item") return storiesOf(lines);
  return lines.map(({ text }) => ({ text }));
}

/** At most `room` of them: what finds no place of its own is added to the words of the last one. */
export function fitting(kind: EntryKind, entries: readonly Fields[], room: number): Fields[] {
  const last = entries[room - 1];
  if (entries.length <= room || !last) return entries.slice(0, Math.max(room, 0));
  const [name, between] = kind.key === "item" ? ["blurb", "\n\n"] : ["text", "\n"];
  const words = entries.slice(room).flatMap((entry) => Object.values(entry).filter(Boolean).join(" "));
  return [...entries.slice(0, room - 1), { ...last, [name]: [last[name], ...words].filter(Boolean).join(between) }];
}

/** What headline and link become when an address moves from the field `name` to where it belongs; undefined where nothing does. */
export function linkOffer(name: string, values: Fields): { readonly headline: string; readonly url: string } | undefined {
  const { headline, url } = values;
  if (typeof headline !== "string" || typeof url !== "string") return undefined;
  const found = addressIn(name === "headline" ? headline : url);
  if (name === "headline") return found && (!url || url === found.url) ? { headline: found.words, url: found.url } : undefined;
  const isMixed = name === "url" && /\s/.test(url.trim());
  return found && isMixed && (!headline || !found.words) ? { headline: headline || found.words, url: found.url } : undefined;
}
