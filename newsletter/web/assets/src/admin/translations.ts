/*
 * The texts of an issue beside their translations: each is saved as soon as somebody leaves its field, or stops typing
 * for a moment. Without this file the form saves all of them at once. Nothing is overwritten: the server compares what
 * this page saw (`seen-KEY`) with what stands there now.
 */

interface Told {
  saved: Record<string, string>;
  others: Record<string, { text: string; seen: string }>;
  gone: string[];
  refused: Record<string, string>;
  progress: string;
}

const PAUSE = 1_500; // milliseconds

const form = document.querySelector<HTMLFormElement>("form[data-translations]");
const waiting = new Map<string, number>();
let queue: Promise<void> = Promise.resolve();

function row(key: string): HTMLElement | null {
  return form?.querySelector<HTMLElement>(`[data-translation="${key}"]`) ?? null;
}

function say(key: string, words: string, isBad = false): void {
  const state = row(key)?.querySelector<HTMLElement>(".translation-state");
  if (!state) return;
  state.textContent = words;
  state.classList.toggle("translation-problem", isBad);
}

function control(key: string, prefix: string): HTMLInputElement | HTMLTextAreaElement | null {
  const found = form?.elements.namedItem(`${prefix}-${key}`);
  return found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement ? found : null;
}

/** Send the translation of one text, after those that are on their way. */
function save(key: string): void {
  window.clearTimeout(waiting.get(key));
  waiting.delete(key);
  queue = queue.then(() => send(key));
}

async function send(key: string): Promise<void> {
  const [text, seen, right] = [control(key, "text"), control(key, "seen"), control(key, "right")];
  if (!form || !text || !seen) return;
  const body = new URLSearchParams({ [text.name]: text.value, [seen.name]: seen.value });
  if (right instanceof HTMLInputElement && right.checked) body.set(right.name, right.value);
  say(key, form.dataset["saving"] ?? "");
  try {
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
    const told = (await answer.json()) as Told & { message?: string };
    if (answer.ok) show(key, told, text, seen);
    else say(key, told.message ?? form.dataset["notSaved"] ?? "", true);
  } catch {
    say(key, form.dataset["notSaved"] ?? "", true);
  }
}

function show(key: string, told: Told, text: HTMLInputElement | HTMLTextAreaElement, seen: HTMLInputElement | HTMLTextAreaElement): void {
  const progress = document.querySelector("[data-translation-progress]");
  if (progress) progress.textContent = told.progress;
  const others = told.others[key];
  const problem = others ? `${form?.dataset["theirs"] ?? ""} ${others.text}` : (told.refused[key] ?? (told.gone.includes(key) ? (form?.dataset["gone"] ?? "") : ""));
  if (others) seen.value = others.seen;
  text.setAttribute("aria-invalid", problem ? "true" : "false");
  if (problem) return say(key, problem, true);
  const mark = told.saved[key];
  if (mark === undefined) return say(key, ""); // as it was
  seen.value = mark;
  text.defaultValue = text.value;
  row(key)?.classList.remove("translation-missing", "translation-outdated");
  row(key)?.classList.toggle("translation-missing", mark === "");
  say(key, form?.dataset["saved"] ?? "");
}

function keyOf(target: EventTarget | null): string {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-translation]")?.dataset["translation"] ?? "") : "";
}

form?.addEventListener("input", (event) => {
  const key = keyOf(event.target);
  if (!key) return;
  window.clearTimeout(waiting.get(key));
  waiting.set(key, window.setTimeout(() => save(key), event.target instanceof HTMLTextAreaElement ? PAUSE : 0));
});

form?.addEventListener("focusout", (event) => {
  const key = keyOf(event.target);
  if (waiting.has(key)) save(key);
});

// What is typed in the last moment is on its way before the page goes.
window.addEventListener("pagehide", () => [...waiting.keys()].forEach(save));
