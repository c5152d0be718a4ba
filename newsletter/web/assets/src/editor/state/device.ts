/** The copy that is kept on this device until the server has it, one for each tab, so that tabs never mix. */

import type { Fields } from "../model/document.ts";

export interface Copy {
  readonly etag: string;
  /** What the server had when this was typed. */
  readonly base: Fields;
  readonly document: Fields;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly user: string;
}

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export class Device {
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
  keep(copy: Omit<Copy, "user">): boolean {
    try {
      this.#storage?.setItem(this.#own, JSON.stringify({ ...copy, user: this.#user }));
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

  /** The newest copy of this person that no other open tab is still writing. */
  newest(openTabs: ReadonlySet<string>): { key: string; copy: Copy } | undefined {
    const keys = this.#keys().filter((key) => !openTabs.has(key.slice(this.#prefix.length)));
    const found = keys.flatMap((key) => {
      const copy = this.#read(key);
      return copy && copy.user === this.#user ? [{ key, copy }] : [];
    });
    return found.sort((one, other) => other.copy.at - one.copy.at)[0];
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

  #read(key: string): Copy | undefined {
    try {
      const copy = JSON.parse(this.#storage?.getItem(key) ?? "") as Copy;
      return typeof copy.document === "object" && typeof copy.base === "object" ? copy : undefined;
    } catch {
      return undefined;
    }
  }
}
