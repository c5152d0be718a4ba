/** Which field the words in a preview come from: the email carries no marks of ours, so its words tell. */

import { blockOf, issueFields, sectionFields } from "./blocks.ts";
import { ISSUE, KEY, type Fields, type Issue } from "./document.ts";
import { leaves, type Field, type Kind } from "./fields.ts";
import { addressOf, type Address } from "./validate.ts";
import { fieldsIn } from "./mergefields.ts";
import { parseLine, parseRichText, textsIn } from "../text/parse.ts";

const WORDS: ReadonlySet<Kind> = new Set<Kind>(["line", "headline", "plain", "rich", "statement"]);
const ISSUE_WORDS: ReadonlySet<string> = new Set(["title"]); // of the issue's own words, only those are shown in the email
const SHORTEST = 3; // letters of a text that is looked for within a longer one
const BEGINNING = 40; // letters by which a text is found that may be cut

interface PlacedWords {
  readonly scope: string;
  readonly address: Address;
  readonly words: string;
}

/** The field that most likely holds what a preview shows as `shown`; undefined where none does. */
export function addressShown(issue: Issue, shown: string): Address | undefined {
  const sought = normal(shown);
  let best: { address: Address; score: number } | undefined;
  for (const { address, words } of placedWords(issue)) {
    const score = likeness(sought, words);
    if (score > (best?.score ?? 0)) best = { address, score };
  }
  return best?.address;
}

/** How the texts of a scope begin, in reading order: by them it is found in a preview. A section has those of its entries. */
export function beginningsOf(issue: Issue, scope: string): string[] {
  const section = issue.sections.find((candidate) => candidate.id === scope);
  const scopes = new Set([scope, ...(section?.entries?.map((entry) => entry[KEY]) ?? [])]);
  return [...placedWords(issue)].filter((placed) => scopes.has(placed.scope)).map(({ words }) => words.slice(0, BEGINNING).trim());
}

/** White space as a browser shows it. */
export function normal(text: string): string {
  return text.replace(/[\s\u200b\u2060]+/g, " ").trim();
}

function likeness(shown: string, words: string): number {
  if (shown === words) return 2;
  const [short, long] = shown.length < words.length ? [shown, words] : [words, shown];
  return short.length >= SHORTEST && long.includes(short) ? short.length / long.length : 0;
}

function* placedWords(issue: Issue): Generator<PlacedWords> {
  yield* inFields(ISSUE, issue.fields, issueFields().filter((field) => ISSUE_WORDS.has(field.name)));
  for (const section of issue.sections) {
    yield* inFields(section.id, section.fields, sectionFields(section.type));
    const fields = blockOf(section.type).entries?.fields ?? [];
    for (const entry of section.entries ?? []) yield* inFields(entry[KEY], entry, fields);
  }
}

function* inFields(scope: string, values: Fields, fields: readonly Field[]): Generator<PlacedWords> {
  for (const [name, { kind }, value] of leaves(fields, values)) {
    if (!WORDS.has(kind) || typeof value !== "string") continue;
    for (const words of linesOf(kind, value)) yield { scope, address: addressOf(scope, name), words };
  }
}

/** The lines of a text as they are shown, cut at its merge fields. */
function linesOf(kind: Kind, value: string): string[] {
  const isMarkdown = kind === "rich" || kind === "statement";
  const lines = isMarkdown ? textsIn(kind === "rich" ? parseRichText(value) : parseLine(value)) : value.split("\n");
  return lines.flatMap(betweenFields).map(normal).filter(Boolean);
}

function betweenFields(text: string): string[] {
  const fields = fieldsIn(text);
  const ends = [0, ...fields.map(({ end }) => end)];
  return ends.map((end, index) => text.slice(end, fields[index]?.start ?? text.length));
}
