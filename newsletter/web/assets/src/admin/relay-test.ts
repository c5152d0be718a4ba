/*
 * The test of a relay answers beside the form, so that what was typed (the password above all) stays typed.
 * Without this file the answer is a page of its own. All words come from the server.
 */

const GIVE_UP = 30000; // milliseconds; the server itself ends after some fifteen seconds

const result = document.querySelector<HTMLElement>("[data-relay-result]");
const steps = document.querySelector<HTMLElement>("[data-relay-steps]");

async function test(form: HTMLFormElement, button: HTMLButtonElement, result: HTMLElement, steps: HTMLElement): Promise<void> {
  const fields = new FormData(form, button);
  fields.set("part", "1");
  const answer = await fetch(button.getAttribute("formaction") ?? form.action, {
    method: "POST",
    body: fields,
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(GIVE_UP),
  });
  if (answer.redirected || (!answer.ok && answer.status !== 400)) throw new Error(String(answer.status));
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  if (part.querySelector("main")) throw new Error("a whole page");
  steps.replaceChildren(...part.childNodes);
  result.hidden = false;
  result.scrollIntoView({ block: "nearest" });
}

function start(result: HTMLElement, steps: HTMLElement): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("[data-relay-test-form]")) {
    let sending = false;
    // Before the guard against a second press hears of it: this form is not sent away.
    document.addEventListener("submit", (event) => {
      const button = (event as SubmitEvent).submitter;
      if (event.target !== form || !(button instanceof HTMLButtonElement) || button.dataset["relayTest"] === undefined) return;
      if (form.dataset["plainly"] !== undefined) return;
      event.preventDefault();
      event.stopPropagation();
      if (sending) return;
      sending = true;
      const words = button.textContent;
      button.textContent = button.dataset["busy"] ?? words;
      button.setAttribute("aria-busy", "true");
      test(form, button, result, steps)
        .catch(() => {
          form.dataset["plainly"] = ""; // signed out, or no answer: the ordinary way says it
          form.requestSubmit(button);
        })
        .finally(() => {
          sending = false;
          button.textContent = words;
          button.removeAttribute("aria-busy");
        });
    }, { capture: true });
  }
}

if (result && steps) start(result, steps);
