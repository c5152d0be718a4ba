/** The open comments on the issue, each at the part of the document that it is about now. */

import { getContext, setContext } from "svelte";
import { ISSUE, locate } from "../model/document.ts";
import { addressAt } from "../model/paths.ts";
import { partsOf } from "../model/validate.ts";
import type { NewComment, Thread, ThreadsAnswer } from "./answers.ts";
import type { EditorStore } from "./editor-store.svelte.ts";

const CONTEXT = Symbol("comments");
const LONGEST_QUOTE = 500; // characters, as newsletter/comments/add.py has it

/** A comment with the scope of its place: `ISSUE` for the whole issue, and for text that is gone. */
export interface PlacedThread extends Thread {
  readonly scope: string;
}

/** What a comment is being written about: the words that were selected, or "" for the whole part. */
export interface Draft {
  readonly scope: string;
  readonly quote: string;
}

export class Comments {
  all: readonly PlacedThread[] = $state.raw([]);
  /** Set while one is being written. */
  draft: Draft | undefined = $state.raw();
  /** The scope whose comments were asked for. */
  shown = $state("");
  mark = "";
  readonly #store: EditorStore;
  readonly #open: () => void;

  constructor(store: EditorStore, open: () => void) {
    this.#store = store;
    this.#open = open;
  }

  async load(): Promise<void> {
    const answer = await this.#store.server.threads();
    if (answer) this.#take(answer);
  }

  of(scope: string): number {
    return this.all.filter((thread) => thread.scope === scope).length;
  }

  /** Show those of one part beside the document. */
  show(scope: string): void {
    this.shown = scope;
    this.draft = undefined;
    this.#open();
  }

  /** Show all of them; where something is selected, a comment on it is begun. */
  begin(): void {
    const quote = selectedWords(this.#store);
    if (quote && this.#store.activeScope !== ISSUE) this.write(this.#store.activeScope, quote);
    else this.show("");
  }

  /** Begin a comment on a part, or on words of it. */
  write(scope: string, quote = ""): void {
    this.shown = scope;
    this.draft = { scope, quote };
    this.#open();
  }

  /** Send what was written about `draft`; "" when it is there, else a sentence that says why not. */
  async send(text: string): Promise<string> {
    const { scope = ISSUE, quote = "" } = this.draft ?? {};
    await this.#store.flush(); // the words have to be there
    const place = locate(this.#store.issue, scope);
    const section = place ? (this.#store.issue.sections[place.section]?.id ?? "") : "";
    const sentence = await this.#change({ text, section, quote, item: place?.entry });
    if (!sentence) this.draft = undefined;
    return sentence;
  }

  reply(thread: Thread, text: string): Promise<string> {
    return this.#change({ text, reply_to: thread.id });
  }

  resolve(thread: Thread): Promise<string> {
    return this.#change(thread.id);
  }

  async #change(change: NewComment | number): Promise<string> {
    const answer = await this.#store.server.comment(change);
    if (typeof answer === "string") return answer;
    this.#take(answer);
    return "";
  }

  #take({ threads, mark }: ThreadsAnswer): void {
    this.mark = mark;
    this.all = threads.map((thread) => ({ ...thread, scope: this.#scopeOf(thread.path) }));
  }

  #scopeOf(path: string): string {
    const address = path ? addressAt(this.#store.issue, path) : undefined;
    return address ? partsOf(address)[0] : ISSUE;
  }
}

/** What is selected in the field that has the focus, in one line. */
function selectedWords(store: EditorStore): string {
  const field = document.activeElement;
  const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  const typed = isField ? field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0) : "";
  const { from = 0, to = 0 } = store.rich?.state.selection ?? {};
  const words = typed || (store.rich && !isField ? store.rich.state.doc.textBetween(from, to, " ", " ") : "");
  return words.replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
}

export function provideComments(comments: Comments): void {
  setContext(CONTEXT, comments);
}

export function givenComments(): Comments {
  return getContext<Comments>(CONTEXT);
}
