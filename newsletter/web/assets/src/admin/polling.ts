/*
 * Parts of a page that keep themselves up to date: htmx asks for them every two seconds and changes what is different
 * (templates/_macros/polling.html). Here is when it must not ask, and what is done when nobody answers or all is over.
 */

import type { HtmxRequestCtx } from "htmx.org";

const SLOWEST = 30_000; // milliseconds between two requests, however many were in vain
const EVERY = 2_000;

const poll = document.querySelector<HTMLElement>("[data-polling]");
const lost = document.querySelector<HTMLElement>("[data-polling-lost]");
let failures = 0;
let waitUntil = 0;

/** Whether a form is on its way, or words are typed that a new page would lose. */
function isInUse(): boolean {
  const typed = [...document.querySelectorAll<HTMLInputElement>(".mailing-filter input, .mailing-throttle input")];
  return (
    document.querySelector("[data-live] form[data-sent], [data-live] [aria-busy]") !== null ||
    typed.some((input) => input.value !== input.defaultValue)
  );
}

function noteAnswer(isGood: boolean): void {
  failures = isGood ? 0 : failures + 1;
  waitUntil = isGood ? 0 : Date.now() + Math.min(EVERY * 2 ** failures, SLOWEST) - EVERY / 2;
  // One answer that fails says little.
  if (lost) lost.hidden = failures < 2;
}

poll?.addEventListener("htmx:before:request", (event) => {
  if (document.hidden || isInUse() || Date.now() < waitUntil) event.preventDefault();
});
poll?.addEventListener("htmx:error", () => noteAnswer(false));
poll?.addEventListener("htmx:before:response", (event) => {
  const { response } = (event as CustomEvent<{ ctx: HtmxRequestCtx }>).detail.ctx;
  if (response?.raw.redirected) {
    event.preventDefault();
    location.reload(); // signed out: the page itself leads to the sign-in page and back
  } else noteAnswer(response?.raw.ok ?? false);
});
let focused: Element | null = null;
poll?.addEventListener("htmx:before:swap", () => (focused = document.activeElement));
poll?.addEventListener("htmx:after:swap", () => {
  if (focused?.isConnected === false) document.getElementById("main")?.focus(); // the button that had it is no more
  // Once more whole: what is only on the page has its last state now.
  if (document.querySelector("[data-live][data-over]") && !isInUse()) location.reload();
});
