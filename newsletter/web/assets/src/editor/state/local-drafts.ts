/** The draft that is kept on this device until the server has it, one for each tab, so that tabs never mix. */

import type { Fields } from "../model/document.ts";

export interface LocalDraft {
  readonly etag: string;
  /** What the server had when this was typed. */
  readonly base: Fields;
  readonly document: Fields;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly user: string;
}

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class LocalDrafts {
  readonly #storage: Storage | undefined;
  readonly #prefix: string;
  readonly #own: string;
  readonly #user: string;

  constructor(storage: Storage | undefined, issueId: number | string, tab: string, user: string) {
    this.#storage = storage;
    this.#prefix = `newsletter:issue:${issueId}:`;
    this.#own = this.#prefix + tab;
    this.#user = user;
  }

  /** Keep it; false when this device cannot (no storage, or no room). */
  keep(draft: Omit<LocalDraft, "user">): boolean {
    try {
      this.#storage?.setItem(this.#own, JSON.stringify({ ...draft, user: this.#user }));
      return this.#storage !== undefined;
    } catch {
      return false;
    }
  }

  forget(key = this.#own): void {
    try {
      this.#storage?.removeItem(key);
    } catch {
      // A storage that cannot be written to holds nothing that could be offered later.
    }
  }

  /** The newest draft of this person that no other open tab is still writing. */
  newest(openTabs: ReadonlySet<string>): { key: string; draft: LocalDraft } | undefined {
    const keys = this.#keys().filter((key) => !openTabs.has(key.slice(this.#prefix.length)));
    const drafts = keys.flatMap((key) => {
      const draft = this.#read(key);
      return draft && draft.user === this.#user ? [{ key, draft }] : [];
    });
    return drafts.sort((one, other) => other.draft.at - one.draft.at)[0];
  }

  #keys(): string[] {
    try {
      const length = this.#storage?.length ?? 0;
      const keys = Array.from({ length }, (_, index) => this.#storage?.key(index) ?? "");
      return keys.filter((key) => key.startsWith(this.#prefix));
    } catch {
      return [];
    }
  }

  #read(key: string): LocalDraft | undefined {
    try {
      const draft = JSON.parse(this.#storage?.getItem(key) ?? "") as LocalDraft;
      return typeof draft.document === "object" && typeof draft.base === "object" ? draft : undefined;
    } catch {
      return undefined;
    }
  }
}
