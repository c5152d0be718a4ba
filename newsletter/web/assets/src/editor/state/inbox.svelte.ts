/** The inbox beside the document: what waits in it, what is being read, and how an entry becomes a story. */

import { allBlocks } from "../model/blocks.ts";
import { locate, withKey, type Fields, type Issue, type Section } from "../model/document.ts";
import { fillDefaults, type Field } from "../model/fields.ts";
import { fillStory, hasRoom, placeStory, sectionsForStories, STORY } from "../model/stories.ts";
import { t } from "../i18n.ts";
import { titleOf } from "./actions.ts";
import type { EditorStore } from "./editor-store.svelte.ts";
import type { Card } from "./types.ts";
import type { InboxAnswer, InboxEntry, InboxPage } from "./server.ts";

export class Inbox {
  entries: readonly InboxEntry[] = $state.raw([]);
  words = $state("");
  older = $state(false);
  state: "loading" | "ready" | "failed" = $state("loading");
  /** The page that is read beside the document. */
  page: InboxPage | undefined = $state.raw();
  readonly #store: EditorStore;
  #cards = new WeakMap<InboxEntry, Card>();
  #asked = 0;
  #hasMore = false; // more than the first page of entries is shown

  constructor(store: EditorStore) {
    this.#store = store;
  }

  /** What waits and is no story of this issue, each as it is dragged. */
  get cards(): Card[] {
    const { issue, used } = this.#store;
    return this.entries.filter(({ id }) => !used.holds(issue, id)).map((entry) => this.#cardOf(entry));
  }

  get isFetching(): boolean {
    return this.entries.some((entry) => entry.is_fetching);
  }

  #cardOf(entry: InboxEntry): Card {
    const known = this.#cards.get(entry);
    if (known) return known;
    const id = `:inbox-${entry.id}`;
    const fields = fillDefaults(entry.item ?? {}, storyFields());
    const place = (section: Section, index: number): void => this.place(entry, section, index);
    const card = { id, entry: withKey(fields, id), waiting: entry, place };
    this.#cards.set(entry, card);
    return card;
  }

  // ——— what the server has

  async load(): Promise<void> {
    const asked = (this.#asked += 1);
    const answer = await this.#store.server.inbox(this.words);
    if (asked !== this.#asked) return; // somebody has typed on
    this.state = answer ? "ready" : "failed";
    if (!answer) return;
    const last = answer.entries.at(-1)?.id ?? 0;
    const known = new Map(this.entries.map((entry) => [entry.id, entry]));
    const isSame = (entry: InboxEntry): boolean => JSON.stringify(entry) === JSON.stringify(known.get(entry.id));
    const first = answer.entries.map((entry) => (isSame(entry) ? (known.get(entry.id) as InboxEntry) : entry));
    if (!this.#hasMore) this.older = answer.older;
    this.entries = [...first, ...(this.#hasMore ? this.entries.filter(({ id }) => id < last) : [])];
    await this.#follow(answer);
  }

  async more(): Promise<void> {
    const answer = await this.#store.server.inbox(this.words, this.entries.at(-1)?.id);
    if (!answer) return;
    this.#hasMore = true;
    this.older = answer.older;
    this.entries = [...this.entries, ...answer.entries];
  }

  search(words: string): void {
    this.words = words;
    this.#hasMore = false;
    void this.load();
  }

  /** Pages were read and pictures came meanwhile: fill in what nobody has written. */
  async #follow({ used, etag }: InboxAnswer): Promise<void> {
    const store = this.#store;
    if (store.used.changes(store.issue)) return; // the server is told first
    const { read, isComplete } = store.used.take(store.issue, used);
    for (const id of read) await this.#fill(id);
    if (read.length > 0) store.usedChanges += 1;
    if (isComplete && etag !== store.etag) await store.refresh();
  }

  async #fill(id: number): Promise<void> {
    const read = await this.#store.server.entry(id);
    const use = this.#store.used.find(id);
    if (!read?.item || !use) return;
    const { item } = read;
    this.#store.absorb((issue) => fillStory(issue, use.scope, use.url, item));
    this.#store.used.relink(id, String(item["url"] ?? ""));
    if (read.trouble) this.#store.tell(read.trouble);
    else this.#store.announce(t("“{name}” was filled in.", { name: read.headline }));
  }

  // ——— an entry becomes a story

  /** Where entries can be put, the section that is being edited first. */
  get targets(): Section[] {
    const { issue, activeScope } = this.#store;
    const current = issue.sections[locate(issue, activeScope)?.section ?? -1]?.id;
    return sectionsForStories(issue).sort((one, other) => Number(other.id === current) - Number(one.id === current));
  }

  /** After the story that is being edited, if it is in that section; else at the end. */
  placeIn(entry: InboxEntry, section: Section): void {
    const at = locate(this.#store.issue, this.#store.activeScope);
    const isThere = at?.entry !== undefined && this.#store.issue.sections[at.section]?.id === section.id;
    this.place(entry, section, isThere ? (at.entry ?? 0) + 1 : (section.entries?.length ?? 0));
  }

  place(entry: InboxEntry, section: Section, index: number): void {
    const store = this.#store;
    if (store.locked || !entry.item) return store.announce(entry.problem);
    if (!hasRoom(section)) return store.announce(t("This section is full."));
    const [issue, scope] = placeStory(store.issue, section, index, entry.item);
    this.#use(entry, scope, entry.item, issue);
    store.activeScope = scope;
    store.tell(t("“{name}” added to “{title}”.", { name: entry.headline || entry.url, title: titleOf(section) }), true);
  }

  #use(entry: InboxEntry, scope: string, item: Fields, issue: Issue): void {
    this.#store.used.note(entry.id, scope, item, !entry.is_fetching);
    this.#store.change(issue, scope);
    this.#store.usedChanges += 1;
  }

  /** Read the page of an entry, or of the story that it became, beside the document. */
  async read(id: number): Promise<void> {
    this.page = await this.#store.server.entry(id);
    if (!this.page) this.#store.announce(t("The page could not be loaded. Try again."));
  }
}

const storyFields = (): readonly Field[] => allBlocks().find(({ entries }) => entries?.key === STORY)?.entries?.fields ?? [];
