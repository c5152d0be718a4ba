/** What the page asks the server, and its answers as values: a refusal is an answer, never an exception. */

import type { Fields } from "../model/document.ts";
import type { Operation } from "../model/patch.ts";

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
  readonly history: string;
  readonly comments: string;
  readonly unschedule?: string;
  /** Of an issue that is being sent or was: its page on the web, and the form that begins the next one. */
  readonly web?: string;
  readonly next?: string;
}

export type Answer =
  | { readonly kind: "saved"; readonly etag: string; readonly savedAt: string }
  | { readonly kind: "stale"; readonly etag: string; readonly document: Fields; readonly by: string }
  | { readonly kind: "refused"; readonly message: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "locked"; readonly message: string }
  | { readonly kind: "signed_out"; readonly signIn: string }
  | { readonly kind: "unreachable"; readonly message: string };

export interface Finding {
  readonly rule: string;
  readonly level: "blocking" | "warning";
  readonly message: string;
  readonly path: string;
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

  async save(patch: readonly Operation[], etag: string, leaving = false): Promise<Answer> {
    const body = JSON.stringify(patch);
    const response = await this.#ask(this.urls.document, {
      method: "PATCH",
      body,
      headers: { "Content-Type": "application/json-patch+json", "If-Match": etag },
      keepalive: leaving && body.length < LARGEST_AT_THE_END,
    });
    if (!response) return { kind: "unreachable", message: "" };
    return answerTo(response.status, await bodyOf(response), this.urls.signIn);
  }

  /** The document as it is now. */
  async document(): Promise<{ document: Fields; etag: string; locked: boolean } | undefined> {
    const response = await this.#ask(this.urls.document, { cache: "no-store" });
    if (!response?.ok) return undefined;
    return (await bodyOf(response)) as { document: Fields; etag: string; locked: boolean };
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

  /** Who else has this issue open. */
  async others(etag: string): Promise<string[] | undefined> {
    const headers = { "Content-Type": "application/json" };
    const response = await this.#ask(this.urls.presence, { method: "POST", body: JSON.stringify({ etag }), headers });
    if (!response?.ok) return undefined;
    return ((await bodyOf(response))["others"] ?? []) as string[];
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
    return { kind: "stale", etag: String(body["etag"]), document: body["document"] as Fields, by: String(body["by"] ?? "") };
  }
  if (status === 401) return { kind: "signed_out", signIn: String(body["sign_in"] ?? signIn) };
  if (status === 403 && body["error"] === OLD_TOKEN) return { kind: "signed_out", signIn };
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
