/*
 * What was typed into a form survives a session that has expired meanwhile, and a server that did not answer.
 *
 * A form that is sent leaves its words in this tab (sessionStorage). When the answer is the sign-in page they wait
 * there; back on the form's page they are filled in again, for the person to send once more. They are filled in, too,
 * where somebody goes back to the form, or loads it again, and no page of the admin came in between: then nobody
 * answered. Any other answer of the admin means that they arrived, and they are dropped. Passwords, files and hidden
 * fields are never kept.
 */

interface UnsavedInput {
  path: string;
  action: string;
  fields: [name: string, value: string][];
  waits: boolean;
  at: number;
}

const KEY = "newsletter-unsaved-input";
const LONGEST = 60 * 60 * 1000; // milliseconds
const NEVER = new Set(["password", "file", "hidden", "submit", "button", "image", "reset"]);

function read(): UnsavedInput | null {
  try {
    const unsaved = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as UnsavedInput | null;
    return unsaved && Date.now() - unsaved.at < LONGEST ? unsaved : null;
  } catch {
    return null;
  }
}

function write(unsaved: UnsavedInput | null): void {
  try {
    if (unsaved) sessionStorage.setItem(KEY, JSON.stringify(unsaved));
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

function restore(unsaved: UnsavedInput): void {
  const form = [...document.querySelectorAll<HTMLFormElement>('form[method="post"]')].find(
    (one) => (one.getAttribute("action") ?? "") === unsaved.action,
  );
  if (!form) return;
  for (const control of controls(form)) {
    const values = unsaved.fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (isBox(control)) control.checked = values.includes(control.value);
    else if (values[0] !== undefined) control.value = values[0];
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.querySelector<HTMLElement>("[data-unsaved-input-notice]")?.removeAttribute("hidden");
}

/** Whether this page is here because somebody went back to it or loaded it again. */
function isHereAgain(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && (entry.type === "back_forward" || entry.type === "reload");
}

const unsaved = read();
if (document.body.classList.contains("auth")) {
  if (unsaved && document.body.dataset["authPage"] === "sign-in") write({ ...unsaved, waits: true });
} else if (unsaved?.path === location.pathname && (unsaved.waits || isHereAgain())) {
  write(null);
  restore(unsaved);
} else if (!unsaved?.waits) {
  write(null);
}

if (document.body.classList.contains("admin")) {
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.method === "post") keep(event.target);
  });
}
