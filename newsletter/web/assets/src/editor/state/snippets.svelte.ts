/** The snippets of the publication: what a section of that kind can show. */

import { getContext, setContext } from "svelte";
import type { Fields, Json, Section } from "../model/document.ts";
import { setField } from "../model/edit.ts";
import { addressOf } from "../model/validate.ts";
import type { Snippet } from "./answers.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

/** The kind of section that shows one: its words are the snippet's, and are not edited in the issue. */
export const SNIPPET = "snippet";

const WORDS = ["title", "text", "url", "link_label"] as const;
const CONTEXT = Symbol("snippets");

export class Snippets {
  /** Undefined until they were read. */
  all: readonly Snippet[] | undefined = $state.raw();
  readonly #store: EditorStore;

  constructor(store: EditorStore) {
    this.#store = store;
  }

  /** Read them, and where somebody edited one meanwhile, the issue too. */
  async load(): Promise<void> {
    this.all = (await this.#store.server.snippets()) ?? this.all;
    await this.#store.refresh();
  }

  /** Let a section show the snippet called `key`, with the words that it has now. */
  choose(section: Section, key: string): void {
    const snippet = this.all?.find((candidate) => candidate.key === key);
    if (!snippet) return;
    const values: Fields = { key, ...Object.fromEntries(WORDS.map((name): [string, Json] => [name, snippet[name]])) };
    const after = Object.entries(values).reduce((issue, [name, value]) => setField(issue, section.id, name, value), this.#store.issue);
    this.#store.change(after, addressOf(section.id, "key"));
  }
}

export function provideSnippets(snippets: Snippets): void {
  setContext(CONTEXT, snippets);
}

export function givenSnippets(): Snippets {
  return getContext<Snippets>(CONTEXT);
}
