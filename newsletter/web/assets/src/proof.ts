/*
 * Proof of work, on the sign-up form in attack mode alone: finds the number of an ALTCHA challenge
 * (https://altcha.org/docs/v2/) while the form is filled in. Without it, the sign-up waits for an editor.
 */

interface Challenge {
  algorithm: string;
  challenge: string;
  maxNumber: number;
  salt: string;
  signature: string;
}

const AT_ONCE = 200; // digests, so that the page stays quick

async function digest(algorithm: string, text: string): Promise<string> {
  const octets = new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode(text)));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

async function solve({ algorithm, challenge, maxNumber, salt, signature }: Challenge): Promise<string> {
  for (let first = 0; first <= maxNumber; first += AT_ONCE) {
    const digests = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => digest(algorithm, `${salt}${first + n}`)));
    const found = digests.indexOf(challenge);
    if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: first + found, salt, signature }));
  }
  return "";
}

async function prove(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? solve((await answer.json()) as Challenge) : "";
}

const field = document.querySelector<HTMLInputElement>("input[data-challenge]");
const form = field?.form;
if (field && form) {
  let search: Promise<void> | undefined;
  let over = false;
  const begin = (): Promise<void> =>
    (search ??= prove(field.dataset["challenge"] ?? "")
      .then(
        (found) => {
          field.value = found;
        },
        () => undefined, // no network, or no cryptography on a page without https: an editor will look
      )
      .then(() => {
        over = true;
      }));
  form.addEventListener("focusin", () => void begin(), { once: true });
  // Before the guard against a second press, which would take the first press for the sending.
  form.addEventListener(
    "submit",
    (event) => {
      if (over) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      button?.setAttribute("aria-busy", "true");
      // In a task of its own: while the event of a press is on its way, a form is not sent again.
      void begin().then(() => setTimeout(() => form.requestSubmit(button instanceof HTMLElement ? button : undefined)));
    },
    { capture: true },
  );
}
