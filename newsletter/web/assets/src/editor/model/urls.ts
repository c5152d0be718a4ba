/** Which addresses may stand in a document: the rules of newsletter/document/fields.py, told while one types. */

import { mergeFieldError, mask } from "./mergefields.ts";

const FORBIDDEN = /[\s\x00-\x1f\x7f\\<>"`{}|^]/;
const HOST = /^(?:[\p{L}\p{N}\p{M}_-]+(?:\.[\p{L}\p{N}\p{M}_-]+)*\.?|\[[0-9A-Fa-f:.]+\])$/u;
const MEDIA = /^media:[A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/;
const MAILBOX = /^[^\s@,;:<>()[\]]+@[^\s@,;:<>()[\]]+$/;

/** What is wrong with a link, in one sentence; empty when nothing is. An empty link is not typed yet. */
export function urlError(value: string): string {
  return value ? httpError(value, ["https", "http"]) : "";
}

/** The same for a button and for links in rich text, which may begin with mailto:. */
export function linkError(value: string): string {
  if (value.slice(0, 7).toLowerCase() !== "mailto:") return urlError(value);
  const broken = mergeFieldError(value);
  if (broken) return broken;
  const masked = mask(value);
  const address = masked.text.slice(7).split("?")[0] ?? "";
  if (FORBIDDEN.test(masked.text) || !MAILBOX.test(address)) return "Enter an email link like mailto:name@example.org.";
  return masked.tokens.length > 0 && address.includes(masked.stem)
    ? "An email link's address cannot contain merge fields."
    : "";
}

export function imageError(value: string): string {
  if (!value || MEDIA.test(value)) return "";
  if (value.startsWith("media:")) {
    return "After “media:” comes the key of an uploaded image: letters, digits and . _ - /.";
  }
  return value.includes("{{") ? "An image's address cannot contain merge fields." : httpError(value, ["https"]);
}

function httpError(value: string, schemes: readonly string[]): string {
  const broken = mergeFieldError(value);
  if (broken) return broken;
  const { text, stem, tokens } = mask(value);
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/.exec(text.trimStart());
  if (!parts || !schemes.includes((parts[1] ?? "").toLowerCase())) {
    return `A link must begin with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}.`;
  }
  const host = parts[2] ?? "";
  if (tokens.length > 0 && host.includes(stem)) return "A link's host name cannot contain merge fields.";
  if (FORBIDDEN.test(text)) return 'A link cannot contain spaces or any of \\ < > " ` { } | ^.';
  if (host.includes("@")) return "A link cannot contain a user name or password.";
  const port = /:(\d*)$/.exec(host);
  if (port && Number(port[1]) > 65_535) return "This is not a valid link.";
  const name = port ? host.slice(0, -port[0].length) : host;
  return HOST.test(name) ? "" : "This link has no valid host name.";
}

/** An address as it was meant: `example.org/story` is one that lacks its beginning. */
export function completeUrl(value: string): string {
  const trimmed = value.trim();
  return /^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(:\d+)?([/?#]\S*)?$/i.test(trimmed) && !trimmed.includes("@")
    ? `https://${trimmed}`
    : trimmed;
}
