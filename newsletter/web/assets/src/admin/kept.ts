/*
 * What was typed into a form survives a session that has expired meanwhile, and a server that did not answer.
 *
 * A form that is sent leaves its words in this tab (sessionStorage). When the answer is the sign-in page they wait
 * there; back on the form's page they are filled in again, for the person to send once more. They are filled in, too,
 * where somebody goes back to the form, or loads it again, and no page of the desk came in between: then nobody
 * answered. Any other answer of the desk means that they arrived, and they are dropped. Passwords, files and hidden
 * fields are never kept.
 */

interface Kept {
  path: string;
  action: string;
  fields: [name: string, value: string][];
  waits: boolean;
  at: number;
}

const KEY = "newsletter-kept";
const LONGEST = 60 * 60 * 1000; // milliseconds
const NEVER = new Set(["password", "file", "hidden", "submit", "button", "image", "reset"]);

function read(): Kept | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    return kept && Date.now() - kept.at < LONGEST ? kept : null;
  } catch {
    return null;
  }
}

function write(kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Private windows and full disks: the form works as it always did.
  }
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (one): one is Control =>
      (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement) &&
      one.name !== "" &&
      !NEVER.has(one.type),
  );
}

function isBox(one: Control): one is HTMLInputElement {
  return one.type === "checkbox" || one.type === "radio";
}

function keep(form: HTMLFormElement): void {
  const fields = controls(form)
    .filter((one) => !isBox(one) || one.checked)
    .map((one): [string, string] => [one.name, one.value]);
  write(
    fields.length === 0
      ? null
      : { path: location.pathname, action: form.getAttribute("action") ?? "", fields, waits: false, at: Date.now() },
  );
}

function restore(kept: Kept): void {
  const form = [...document.querySelectorAll<HTMLFormElement>('form[method="post"]')].find(
    (one) => (one.getAttribute("action") ?? "") === kept.action,
  );
  if (!form) return;
  for (const one of controls(form)) {
    const values = kept.fields.filter(([name]) => name === one.name).map(([, value]) => value);
    if (isBox(one)) one.checked = values.includes(one.value);
    else if (values[0] !== undefined) one.value = values[0];
    one.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.querySelector<HTMLElement>("[data-kept-notice]")?.removeAttribute("hidden");
}

/** Whether this page is here because somebody went back to it or loaded it again. */
function isHereAgain(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && (entry.type === "back_forward" || entry.type === "reload");
}

const kept = read();
if (document.body.classList.contains("door")) {
  if (kept && document.body.dataset["door"] === "sign-in") write({ ...kept, waits: true });
} else if (kept?.path === location.pathname && (kept.waits || isHereAgain())) {
  write(null);
  restore(kept);
} else if (!kept?.waits) {
  write(null);
}

if (document.body.classList.contains("desk")) {
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.method === "post") keep(event.target);
  });
}
