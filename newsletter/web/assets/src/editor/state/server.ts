/** What the page asks the server, and its answers as values: a refusal is an answer, never an exception. */

import type { NewComment, Snippet, ThreadsAnswer } from "./answers.ts";
import type { PendingSave } from "./autosave.ts";
import type { Fields } from "../model/document.ts";
import type { UsedEntry } from "../model/used-entries.ts";

export interface Urls {
  readonly document: string;
  readonly preview: string;
  readonly check: string;
  readonly upload: string;
  readonly media: string;
  readonly signIn: string;
  readonly issues: string;
  readonly send: string;
  readonly presence: string;
  /** What waits in the publication's inbox, for this page, and the page of the inbox. */
  readonly inbox: string;
  readonly inboxPage: string;
  /** What the snippets of the publication say, for this page, and the page that lists them. */
  readonly snippets: string;
  readonly snippetsPage: string;
  readonly history: string;
  /** The open comments, for this page, and the page that has all of them. */
  readonly threads: string;
  readonly comments: string;
  /** Its tags, and what came of its page in the archive. */
  readonly archive: string;
  readonly languages: string;
  readonly unschedule?: string;
  /** Of an issue that is being sent or was: its page on the web, and the form that begins the next one. */
  readonly web?: string;
  readonly next?: string;
}

export type Answer =
  | { readonly kind: "saved"; readonly etag: string; readonly savedAt: string }
  | { readonly kind: "stale"; readonly etag: string; readonly document: Fields; readonly by: string; readonly used: readonly UsedEntry[] }
  | { readonly kind: "refused"; readonly message: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "locked"; readonly message: string }
  /** Somebody else has used these entries: a sentence for each, by its id. */
  | { readonly kind: "taken"; readonly message: string; readonly entries: Readonly<Record<string, string>> }
  | { readonly kind: "signed_out"; readonly signIn: string }
  | { readonly kind: "unreachable"; readonly message: string };

export interface Finding {
  readonly rule: string;
  readonly level: "blocking" | "warning";
  readonly message: string;
  readonly path: string;
  /** Who said that the warning may stay, and why. */
  readonly waived: { readonly by: string; readonly reason: string } | null;
  /** The page where it is seen to, and the words of the link, for what is not in the document. */
  readonly url?: string;
  readonly label?: string;
}

export interface Uploaded {
  readonly src: string;
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
  readonly alt?: string;
  readonly caption?: string;
  readonly credit?: string;
  readonly licence?: string;
}

/** The newest state of the document. */
interface State {
  readonly document: Fields;
  readonly etag: string;
  readonly by: string;
  readonly locked: boolean;
  readonly used: readonly UsedEntry[];
}

/** A link that waits in the inbox, and the story that it would be. */
export interface InboxEntry {
  readonly id: number;
  readonly url: string;
  readonly headline: string;
  readonly outlet: string;
  readonly byline: string;
  readonly published: string;
  readonly added: string;
  readonly is_fetching: boolean;
  readonly trouble: string;
  readonly seen: readonly string[];
  readonly item: Fields | null;
  /** Why it cannot be a story. */
  readonly problem: string;
  readonly page: string;
}

export interface InboxPage extends InboxEntry {
  readonly text: string;
  readonly note: string;
}

export interface InboxAnswer {
  readonly entries: readonly InboxEntry[];
  readonly older: boolean;
  readonly used: readonly UsedEntry[];
  readonly etag: string;
}

type Body = Record<string, unknown>;

const OLD_TOKEN = "csrf"; // what the server calls a token of another session
const LARGEST_IMAGE = 20_000_000; // octets, as newsletter/media/picture.py has it
const PATIENCE = 20_000; // milliseconds before a silent server counts as unreachable
const LARGEST_AT_THE_END = 60_000; // bytes that a browser still sends for a page that is going (Fetch, keepalive)

export class Server {
  readonly urls: Urls;
  #csrf: string;

  constructor(urls: Urls, csrf: string) {
    this.urls = urls;
    this.#csrf = csrf;
  }

  async save({ patch, entries }: PendingSave, etag: string, leaving = false): Promise<Answer> {
    const body = JSON.stringify(entries ? { patch, ...entries } : patch);
    const response = await this.#ask(this.urls.document, {
      method: "PATCH",
      body,
      headers: { "Content-Type": entries ? "application/vnd.newsletter.change+json" : "application/json-patch+json", "If-Match": etag },
      keepalive: leaving && body.length < LARGEST_AT_THE_END,
    });
    if (!response) return { kind: "unreachable", message: "" };
    return answerTo(response.status, await bodyOf(response), this.urls.signIn);
  }

  /** The document as it is now. */
  async document(): Promise<State | undefined> {
    const response = await this.#ask(this.urls.document, { cache: "no-store" });
    if (!response?.ok) return undefined;
    return (await bodyOf(response)) as unknown as State;
  }

  /** The image as the library keeps it, or a sentence that says why not. */
  async upload(file: File): Promise<Uploaded | string> {
    // A server may end the connection instead of answering, when it is sent far more than it takes.
    if (file.size > LARGEST_IMAGE) return "This file is larger than 20 MB. Make it smaller, then add it again.";
    const form = new FormData();
    form.append("file", file);
    const response = await this.#ask(this.urls.upload, { method: "POST", body: form }, 120_000);
    if (!response) return "The server is not responding. Try again in a moment.";
    const body = await bodyOf(response);
    if (response.ok && typeof body["src"] === "string") return body as unknown as Uploaded;
    if (response.status === 401) return "You are signed out. Sign in in another tab, then add the image again.";
    if (response.status === 413) return "This file is too large. Make it smaller, then add it again.";
    return typeof body["message"] === "string" ? body["message"] : "This image could not be added. Try again.";
  }

  async findings(): Promise<Finding[] | undefined> {
    const response = await this.#ask(this.urls.check, { cache: "no-store" });
    if (!response?.ok) return undefined;
    return ((await bodyOf(response))["findings"] ?? []) as Finding[];
  }

  /** What waits in the inbox, from the entry after `before` on, and what the issue uses. */
  async inbox(words: string, before = 0): Promise<InboxAnswer | undefined> {
    const asked = new URLSearchParams({ q: words, before: String(before || "") });
    const response = await this.#ask(`${this.urls.inbox}?${asked}`, { cache: "no-store" });
    return response?.ok ? ((await bodyOf(response)) as unknown as InboxAnswer) : undefined;
  }

  /** One entry with the text of its page. */
  async entry(id: number): Promise<InboxPage | undefined> {
    const response = await this.#ask(`${this.urls.inbox}/${id}`, { cache: "no-store" });
    return response?.ok ? ((await bodyOf(response)) as unknown as InboxPage) : undefined;
  }

  /** Add links to the inbox: the entry of each, in their order, or a sentence that says why not. */
  async addLinks(urls: readonly string[]): Promise<readonly InboxEntry[] | string> {
    const headers = { "Content-Type": "application/json" };
    const response = await this.#ask(this.urls.inbox, { method: "POST", body: JSON.stringify({ urls }), headers });
    if (!response) return "The server is not responding, so the pages of these links are not read.";
    const body = await bodyOf(response);
    return response.ok ? (body["entries"] as readonly InboxEntry[]) : String(body["message"] ?? "");
  }

  /** The snippets of the publication. */
  async snippets(): Promise<readonly Snippet[] | undefined> {
    const response = await this.#ask(this.urls.snippets, { cache: "no-store" });
    return response?.ok ? ((await bodyOf(response))["snippets"] as readonly Snippet[]) : undefined;
  }

  /** The open comments; `undefined` without an answer. */
  async threads(): Promise<ThreadsAnswer | undefined> {
    const response = await this.#ask(this.urls.threads, { cache: "no-store" });
    return response?.ok ? ((await bodyOf(response)) as unknown as ThreadsAnswer) : undefined;
  }

  /** Write a comment, or resolve one by its id: the open ones then, or a sentence that says why not. */
  async comment(change: NewComment | number): Promise<ThreadsAnswer | string> {
    const [url, body] = typeof change === "number" ? [`${this.urls.threads}/${change}/resolve`, "{}"] : [this.urls.threads, JSON.stringify(change)];
    const response = await this.#ask(url, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (!response) return "The server is not responding. Try again in a moment.";
    const answer = await bodyOf(response);
    return response.ok ? (answer as unknown as ThreadsAnswer) : String(answer["message"] ?? "The server is not responding. Try again in a moment.");
  }

  /** Who else has this issue open, and the mark of its comments. */
  async presence(etag: string): Promise<{ others: string[]; comments: string } | undefined> {
    const headers = { "Content-Type": "application/json" };
    const response = await this.#ask(this.urls.presence, { method: "POST", body: JSON.stringify({ etag }), headers });
    if (!response?.ok) return undefined;
    const { others = [], comments = "" } = await bodyOf(response);
    return { others: others as string[], comments: String(comments) };
  }

  /** An answer; after a new sign-in the page's token is out of date, so it is fetched anew and asked once more. */
  async #ask(url: string, init: RequestInit, patience = PATIENCE): Promise<Response | undefined> {
    const first = await this.#fetch(url, init, patience);
    if (first?.status !== 403 || (await bodyOf(first.clone()))["error"] !== OLD_TOKEN) return first;
    const renewed = await this.#renewToken();
    return renewed === undefined ? undefined : renewed ? this.#fetch(url, init, patience) : first;
  }

  async #fetch(url: string, init: RequestInit, patience: number): Promise<Response | undefined> {
    const headers = { Accept: "application/json", "X-CSRFToken": this.#csrf, ...init.headers };
    try {
      return await fetch(url, { ...init, headers, credentials: "same-origin", signal: AbortSignal.timeout(patience) });
    } catch {
      return undefined; // no network, or too long without an answer
    }
  }

  /** Take the token of this page as it is now: false when nobody is signed in, undefined without an answer. */
  async #renewToken(): Promise<boolean | undefined> {
    try {
      const page = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (page.status >= 500) return undefined;
      const read = new DOMParser().parseFromString(await page.text(), "text/html");
      const token = read.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
      if (!token || !read.getElementById("issue-editor")) return false;
      this.#csrf = token;
      return true;
    } catch {
      return undefined;
    }
  }
}

/** What a status and a body say about a save. */
export function answerTo(status: number, body: Body, signIn: string): Answer {
  const message = typeof body["message"] === "string" ? body["message"] : "";
  if (status >= 200 && status < 300 && typeof body["etag"] === "string") {
    return { kind: "saved", etag: body["etag"], savedAt: String(body["saved_at"] ?? "") };
  }
  if (status === 412 && typeof body["document"] === "object" && body["document"] !== null) {
    return { kind: "stale", etag: String(body["etag"]), document: body["document"] as Fields, by: String(body["by"] ?? ""), used: (body["used"] ?? []) as UsedEntry[] };
  }
  if (status === 401) return { kind: "signed_out", signIn: String(body["sign_in"] ?? signIn) };
  if (status === 403 && body["error"] === OLD_TOKEN) return { kind: "signed_out", signIn };
  if (status === 409 && body["error"] === "not_waiting") return { kind: "taken", message, entries: (body["fields"] ?? {}) as Record<string, string> };
  if (status === 409) return { kind: "locked", message };
  if (status === 400 || status === 413 || status === 422) {
    return { kind: "refused", message, fields: (body["fields"] ?? {}) as Record<string, string> };
  }
  return { kind: "unreachable", message };
}

async function bodyOf(response: Response): Promise<Body> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Body) : {};
  } catch {
    return {};
  }
}
