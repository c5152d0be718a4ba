/*
 * The test of a relay answers beside the form, by htmx, so that what was typed (the password above all) stays typed.
 * Without this file the answer is a page of its own. All words come from the server.
 */

import type { HtmxRequestCtx } from "htmx.org";

const result = document.querySelector<HTMLElement>("[data-relay-result]");

/** Send the form as it is sent without a script: somebody is signed out, or no part of a page came back. */
function sendPlainly(button: HTMLButtonElement): void {
  button.form?.requestSubmit(button);
}

function isPart({ response, text }: HtmxRequestCtx): boolean {
  return response !== undefined && !response.raw.redirected && [200, 400].includes(response.status) && !/<main\b/.test(text ?? "");
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-relay-test]")) {
  const words = button.textContent;
  button.addEventListener("htmx:before:request", () => {
    button.textContent = button.dataset["busy"] ?? words;
    button.setAttribute("aria-busy", "true");
  });
  button.addEventListener("htmx:after:request", (event) => {
    if (isPart((event as CustomEvent<{ ctx: HtmxRequestCtx }>).detail.ctx)) return;
    event.preventDefault();
    sendPlainly(button);
  });
  button.addEventListener("htmx:error", () => sendPlainly(button));
  button.addEventListener("htmx:after:swap", () => {
    if (result) result.hidden = false;
    result?.scrollIntoView({ block: "nearest" });
  });
  button.addEventListener("htmx:finally:request", () => {
    button.textContent = words;
    button.removeAttribute("aria-busy");
  });
}
