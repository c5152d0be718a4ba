/** Stories, wherever they stand: in a list, or as a section of their own. And where a new one can stand. */

import { blockOf } from "./blocks.ts";
import { KEY, fieldsOf, isEqual, locate, textAt, withKey, type Entry, type Fields, type Issue, type Json, type Section } from "./document.ts";
import { addEntry, isFull, moveEntry, removeEntry, setField, withEntries } from "./edit.ts";
import { fillDefaults } from "./fields.ts";
import type { UsedEntries } from "./used-entries.ts";

export const STORY = "item";
/** What the server makes of an entry, without its picture. */
const FILLED = ["headline", "blurb", "provenance.outlet", "provenance.byline", "provenance.published"];

export interface Story {
  readonly scope: string;
  readonly fields: Fields;
}

const isOneStory = (section: Section): boolean => section.type === "feature";

export function storiesIn(issue: Issue): Story[] {
  return issue.sections.flatMap((section) => {
    if (isOneStory(section)) return [{ scope: section.id, fields: section.fields }];
    if (blockOf(section.type).entries?.key !== STORY) return [];
    return (section.entries ?? []).map((entry) => ({ scope: entry[KEY], fields: entry }));
  });
}

/** The sections that hold stories; a section that is one story is among them while it is empty. */
export function sectionsForStories(issue: Issue): Section[] {
  return issue.sections.filter((section) =>
    isOneStory(section)
      ? !textAt(section.fields, "headline") && !textAt(section.fields, "url")
      : blockOf(section.type).entries?.key === STORY,
  );
}

export function hasRoom(section: Section): boolean {
  return isOneStory(section) || !isFull(section);
}

/** A story with the fields of `item` at `index` of the section, or as the section; answers its scope. */
export function placeStory(issue: Issue, section: Section, index: number, item: Fields): [Issue, string] {
  if (!isOneStory(section)) {
    const blank = onlyBlank(issue, section);
    if (!blank) return addEntry(issue, section.id, index, item);
    return [withEntries(issue, section.id, () => [withKey(fillLike(blank, item), blank[KEY])]), blank[KEY]];
  }
  const names = ["headline", "url", "blurb", "provenance"];
  return [names.reduce((result, name) => setField(result, section.id, name, item[name] ?? ""), issue), section.id];
}

/** The one story of a section in which nobody has written, as a new section has it: what is placed takes its place. */
function onlyBlank(issue: Issue, { id, type }: Section): Entry | undefined {
  const entries = issue.sections.find((section) => section.id === id)?.entries ?? [];
  const [first] = entries;
  const blank = fillDefaults({}, blockOf(type).entries?.fields ?? []);
  return entries.length === 1 && first && Object.keys(blank).every((name) => isEqual(first[name] ?? null, blank[name] ?? null)) ? first : undefined;
}

/** The story with what its page says in every field that nobody has filled in; its link becomes the page's own. */
export function fillStory(issue: Issue, scope: string, link: string, item: Fields): Issue {
  const fields = fieldsOf(issue, scope);
  if (!fields) return issue;
  const isBlank = (value: Json | undefined): boolean => value === "" || value === null;
  const blank = FILLED.filter((name) => isBlank(at(fields, name)) && at(item, name));
  const filled = blank.reduce((result, name) => setField(result, scope, name, at(item, name) ?? ""), issue);
  return textAt(fields, "url") === link ? setField(filled, scope, "url", textAt(item, "url")) : filled;
}

function at(fields: Fields, name: string): Json | undefined {
  return name.split(".").reduce<Json | undefined>((value, part) => (value as Fields | undefined)?.[part], fields);
}

/** The issue without the stories of these entries, but for those that somebody wrote in. */
export function withoutTaken(issue: Issue, used: UsedEntries, ids: readonly number[]): Issue {
  return ids.reduce((result, id) => {
    const use = used.find(id);
    if (!use?.item || !isUntouched(result, use.scope, use.item)) return result;
    if (locate(result, use.scope)?.entry !== undefined) return removeEntry(result, use.scope);
    return ["headline", "url", "blurb"].reduce((emptied, name) => setField(emptied, use.scope, name, ""), result);
  }, issue);
}

function isUntouched(issue: Issue, scope: string, item: Fields): boolean {
  const fields = fieldsOf(issue, scope) ?? {};
  return ["url", ...FILLED].every((name) => isEqual(at(fields, name) ?? null, at(item, name) ?? null));
}

/**
 * Two people placed the same entry at the same time: one story, where they have it, with what either wrote in it.
 * `placed` are the stories of mine; answers the three states of a merge, and how many stories they share.
 */
export function uniteStories(
  base: Issue,
  mine: Issue,
  theirs: Issue,
  placed: readonly { readonly scope: string; readonly item: Fields | undefined }[],
): { base: Issue; mine: Issue; theirs: Issue; count: number } {
  let count = 0;
  for (const { scope, item } of placed) {
    const their = item && storiesIn(theirs).find((story) => textAt(story.fields, "url") === textAt(item, "url") && !locate(base, story.scope));
    const place = their && locate(theirs, their.scope);
    const section = place && theirs.sections[place.section];
    if (!item || !their || place?.entry === undefined || !section || !locate(mine, scope)) continue;
    const { entry: index } = place;
    const original = withKey(fillLike(their.fields, item), scope);
    base = withEntries(base, section.id, (entries) => entries.toSpliced(Math.min(index, entries.length), 0, original));
    mine = moveEntry(mine, scope, section.id, index);
    theirs = withEntries(theirs, section.id, (entries) => entries.map((one) => (one[KEY] === their.scope ? withKey(one, scope) : one)));
    count += 1;
  }
  return { base, mine, theirs, count };
}

/** The fields of `item` with every field that `like` has. */
function fillLike(like: Fields, item: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((name) => [name, item[name] ?? like[name] ?? null]));
}
