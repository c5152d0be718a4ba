/** Merge fields, `{{ first_name | default: "reader" }}`: the same grammar as newsletter/document/merge.py. */

const TOKEN = /(?<!\{)\{\{[ \t]*([A-Za-z_][\w.]*)[ \t]*(?:\|[ \t]*default:[ \t]*"((?:[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]|\\["\\])*)"[ \t]*)?\}\}(?!\})/g;
const NAMES = ["first_name", "name", "email", "publication_name"];
const ATTRIBUTE = /^attributes\.[a-z][a-z0-9_]{0,39}$/;
const LONGEST_DEFAULT = 100;

/** Where the fields of `text` stand, each with its name and its default as it is written. */
export function fieldsIn(text: string): { start: number; end: number; name: string; fallback: string }[] {
  if (!text.includes("{{")) return [];
  return [...text.matchAll(TOKEN)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    name: match[1] ?? "",
    fallback: match[2] ?? "",
  }));
}

/** A new field as it is typed into a text. */
export function token(name: string): string {
  return name === "first_name" || name === "name" ? `{{ ${name} | default: "reader" }}` : `{{ ${name} }}`;
}

/** `text` as somebody reads it of whom nothing is known. */
export function withDefaults(text: string): string {
  return text.replace(TOKEN, (_, _name: string, fallback = "") => unescaped(String(fallback)));
}

function unescaped(fallback: string): string {
  return fallback.replace(/\\(.)/g, "$1");
}

/** What is wrong with the merge fields of `text`, in one sentence; empty when nothing is. */
export function mergeFieldError(text: string): string {
  if (!text.includes("{{") && !text.includes("}}")) return "";
  let end = 0;
  for (const field of fieldsIn(text)) {
    const before = stray(text.slice(end, field.start));
    if (before) return before;
    if (!NAMES.includes(field.name) && !ATTRIBUTE.test(field.name)) {
      return `There is no merge field called “${field.name}”. Known: ${NAMES.join(", ")} and attributes.<key>.`;
    }
    if ([...unescaped(field.fallback)].length > LONGEST_DEFAULT) {
      return `The default of “${field.name}” is longer than ${LONGEST_DEFAULT} characters.`;
    }
    end = field.end;
  }
  return stray(text.slice(end));
}

function stray(text: string): string {
  const at = text.search(/\{\{|\}\}/);
  if (at < 0) return "";
  const snippet = [...text.slice(at)].slice(0, 30).join("").split("\n")[0] ?? "";
  return `“${snippet}” is not a complete merge field. Write it like {{ first_name | default: "reader" }}.`;
}

export interface Masked {
  readonly text: string;
  readonly stem: string;
  readonly tokens: readonly string[];
  /** Some part of the masked text with its fields as they were typed, or as `write` writes them. */
  restore(part: string, write?: (token: string) => string): string;
}

/** Hide the fields of `text` behind plain words that Markdown and URLs leave alone. */
export function mask(text: string): Masked {
  let stem = "mergefield";
  while (text.includes(stem)) stem += "q";
  const tokens: string[] = [];
  const masked = text.includes("{{")
    ? text.replace(TOKEN, (found) => `${stem}${tokens.push(found) - 1}z`)
    : text;
  const hidden = new RegExp(`${stem}(\\d+)z`, "g");
  const restore: Masked["restore"] = (part, write = (token) => token) =>
    tokens.length === 0 ? part : part.replace(hidden, (_, index: string) => write(tokens[Number(index)] ?? ""));
  return { text: masked, stem, tokens, restore };
}
