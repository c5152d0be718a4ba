/*
 * A mailing's page keeps itself up to date: the parts marked `data-live` are asked for every two seconds and
 * replaced when they have changed. All words and numbers come from the server.
 */

const EVERY = 2000; // milliseconds
const SLOWEST = 30000;
const GIVE_UP = 20000; // a server that takes longer for one answer is not answering

const page = document.querySelector<HTMLElement>("[data-watch]");
const lost = document.querySelector<HTMLElement>("[data-watch-lost]");
let failures = 0;

function isOver(root: ParentNode): boolean {
  return root.querySelector("[data-live][data-over]") !== null;
}

/** Put `fresh` in the place of `old`; a button that had the focus gives it to the one that took its place. */
function replace(old: Element, fresh: Element): void {
  // A part with forms says its version: their tokens are new each time.
  const version = fresh.getAttribute("data-version");
  if (version === null ? old.outerHTML === fresh.outerHTML : old.getAttribute("data-version") === version) return;
  const focused = old.contains(document.activeElement);
  if (old.getAttribute("role") === "status") {
    // The region itself stays, so that a change in it is announced.
    old.replaceChildren(...fresh.childNodes);
    old.toggleAttribute("data-over", fresh.hasAttribute("data-over"));
    return;
  }
  old.replaceWith(fresh);
  if (focused) (fresh.querySelector("button") ?? document.getElementById("main"))?.focus();
}

/** Whether a form is on its way, or words are typed that a new page would lose. */
function inUse(): boolean {
  const typed = [...document.querySelectorAll<HTMLInputElement>(".mailing-filter input, .mailing-throttle input")];
  return (
    document.querySelector("[data-live] form[data-sent], [data-live] [aria-busy]") !== null ||
    typed.some((one) => one.value !== one.defaultValue)
  );
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(GIVE_UP) });
  if (answer.redirected) {
    location.reload(); // signed out: the page itself leads to the sign-in page and back
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-live]")) {
    const old = document.querySelector(`[data-live="${part.dataset["live"] ?? ""}"]`);
    if (old) replace(old, part);
  }
}

async function keepAsking(url: string): Promise<void> {
  if (!document.hidden && !inUse()) {
    try {
      await ask(url);
      failures = 0;
    } catch {
      failures += 1;
    }
    // One answer that fails says little.
    if (lost) lost.hidden = failures < 2;
  }
  if (isOver(document)) {
    // Once more whole: the errors and the recipients have their last state now.
    if (!inUse()) location.reload();
    return;
  }
  setTimeout(() => void keepAsking(url), Math.min(EVERY * 2 ** failures, SLOWEST));
}

const url = page?.dataset["watch"];
if (url && !isOver(document)) setTimeout(() => void keepAsking(url), EVERY);
