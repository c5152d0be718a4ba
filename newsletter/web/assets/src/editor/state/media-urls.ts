/** Where the pictures of the library can be looked at. */

const known = new Map<string, string>();

/** What an upload answered. */
export function rememberMediaUrl(source: string, url: string): void {
  known.set(source, url);
}

/** The address of a picture: its own, or the library's with its key in place of `KEY` or at the end of `media`. */
export function mediaUrl(source: string, media: string): string {
  const before = known.get(source);
  if (before) return before;
  if (!source.startsWith("media:")) return /^https:\/\//i.test(source) ? source : "";
  const key = source.slice("media:".length).split("/").map(encodeURIComponent).join("/");
  return media.includes("KEY") ? media.replace("KEY", key) : `${media.replace(/\/$/, "")}/${key}`;
}
