/** Which tabs have this issue open, so that a draft that is still being written is not offered to another tab. */

/** A name for this tab, held as long as the tab lives, and the names of the others. */
export function holdTab(issueId: number): { tab: string; openTabs: Promise<ReadonlySet<string>> } {
  const tab = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { tab, openTabs: hold(`newsletter:issue:${issueId}:`, tab) };
}

/** Locks tell across tabs who is alive (Web Locks); a page without HTTPS has none, and then nobody is known to be. */
async function hold(prefix: string, tab: string): Promise<ReadonlySet<string>> {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) return new Set();
  void locks.request(prefix + tab, () => new Promise(() => undefined)).catch(() => undefined);
  const { held = [] } = await locks.query().catch(() => ({}) as LockManagerSnapshot);
  const names = held.map((lock) => lock.name ?? "").filter((name) => name.startsWith(prefix));
  return new Set(names.map((name) => name.slice(prefix.length)));
}
