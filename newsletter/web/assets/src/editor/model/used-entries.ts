/**
 * Which stories of the issue came from entries of the inbox. An entry is used as long as its story stands in the
 * issue: so taking a story out, or undoing, gives its entry back, and redoing uses it again.
 */

import { fieldsOf, locate, textAt, type Fields, type Issue } from "./document.ts";
import { storiesIn } from "./stories.ts";

/** An entry that the server knows this issue to use. */
export interface UsedEntry {
  readonly id: number;
  /** The links that its story may have. */
  readonly links: readonly string[];
  /** Whether its page was read, and whether its picture came, too, if it has one. */
  readonly is_read: boolean;
  readonly is_complete: boolean;
}

/** What a save says about entries: the section of each that is used now, by its id, and those that are not any more. */
export interface EntryChanges {
  readonly use: Readonly<Record<string, string>>;
  readonly give_back: readonly number[];
}

interface Use {
  readonly scope: string;
  /** The fields that the server made from the entry, where it was placed on this page. */
  readonly item: Fields | undefined;
  readonly url: string;
}

export class UsedEntries {
  readonly #uses = new Map<number, Use>();
  readonly #unread = new Set<number>();
  readonly #incomplete = new Set<number>();
  #saved = new Set<number>(); // those that the server knows of

  /** The entry became the story `scope`. */
  note(id: number, scope: string, item: Fields, isRead: boolean): void {
    this.#uses.set(id, { scope, item, url: textAt(item, "url") });
    this.#incomplete.add(id);
    if (!isRead) this.#unread.add(id);
  }

  /** What was placed is a story like any other from now on. */
  forget(id: number): void {
    this.#uses.delete(id);
    this.#unread.delete(id);
    this.#incomplete.delete(id);
  }

  /** What the server says: answers the entries whose pages were read since, and whether the last picture came. */
  take(issue: Issue, used: readonly UsedEntry[]): { read: number[]; isComplete: boolean } {
    const before = this.#saved;
    this.#saved = new Set(used.map(({ id }) => id));
    for (const id of this.#incomplete) if (before.has(id) && !this.#saved.has(id)) this.#incomplete.delete(id);
    const taken = new Set([...this.#uses.values()].map(({ scope }) => scope));
    const read: number[] = [];
    const waited = this.#incomplete.size > 0;
    for (const { id, links, is_read, is_complete } of used) {
      if (!this.#uses.has(id)) {
        const story = storiesIn(issue).find(({ scope, fields }) => !taken.has(scope) && links.includes(textAt(fields, "url")));
        if (story) this.#uses.set(id, { scope: story.scope, item: undefined, url: textAt(story.fields, "url") });
        if (story) taken.add(story.scope);
      }
      if (!is_read && this.#uses.has(id)) this.#unread.add(id);
      else if (this.#unread.delete(id)) read.push(id);
      if (!is_complete && this.#uses.has(id)) this.#incomplete.add(id);
      else this.#incomplete.delete(id);
    }
    return { read, isComplete: waited && this.#incomplete.size === 0 };
  }

  /** Whether a page or a picture is still to come. */
  get waits(): boolean {
    return this.#incomplete.size > 0;
  }

  isUnread(scope: string): boolean {
    return [...this.#unread].some((id) => this.#uses.get(id)?.scope === scope);
  }

  /** The entry of a story that stands in the issue. */
  entryOf(issue: Issue, scope: string): number | undefined {
    return [...this.#uses].find(([id, use]) => use.scope === scope && this.holds(issue, id))?.[0];
  }

  /** The story of an entry, with what the server made. */
  find(id: number): Use | undefined {
    return this.#uses.get(id);
  }

  /** Whether the story of the entry stands in the issue. */
  holds(issue: Issue, id: number): boolean {
    const use = this.#uses.get(id);
    const url = use ? textAt(fieldsOf(issue, use.scope) ?? {}, "url") : "";
    // A section may be filled with something else by hand; a story that is an entry of a list is always itself.
    return url !== "" && (url === use?.url || locate(issue, use?.scope ?? "")?.entry !== undefined);
  }

  /** Stories that were placed here and that the server does not know of yet. */
  unsaved(issue: Issue): Use[] {
    return [...this.#uses].filter(([id]) => !this.#saved.has(id) && this.holds(issue, id)).map(([, use]) => use);
  }

  /** What the server has to be told for `issue`; undefined when nothing. */
  changes(issue: Issue): EntryChanges | undefined {
    const use: Record<string, string> = {};
    const given: number[] = [];
    for (const [id, { scope }] of this.#uses) {
      const isUsed = this.holds(issue, id);
      const section = issue.sections[locate(issue, scope)?.section ?? -1];
      if (isUsed && !this.#saved.has(id) && section) use[id] = section.id;
      if (!isUsed && this.#saved.has(id)) given.push(id);
    }
    return Object.keys(use).length + given.length > 0 ? { use, give_back: given } : undefined;
  }

  /** The server has been told. */
  settle({ use, give_back }: EntryChanges): void {
    for (const id of Object.keys(use)) this.#saved.add(Number(id));
    for (const id of give_back) {
      this.#saved.delete(id);
      this.#incomplete.delete(id);
    }
  }

  /** The story has another link, as its page says. */
  relink(id: number, url: string): void {
    const use = this.#uses.get(id);
    if (use) this.#uses.set(id, { ...use, url });
  }
}
