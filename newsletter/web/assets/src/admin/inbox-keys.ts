/* The inbox by keyboard: j and k move, x chooses, e opens, s snoozes, # discards, / searches. Each has its button. */

const inbox = document.querySelector<HTMLFormElement>("[data-inbox]");

const rows = (): HTMLElement[] => [...(inbox?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])];
const title = (row: HTMLElement): HTMLAnchorElement | null => row.querySelector<HTMLAnchorElement>("a");
const current = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>("[data-entry]") ?? null;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isCheckbox = target instanceof HTMLInputElement && target.type === "checkbox";
  return !isCheckbox && target.matches("input, textarea, select, [contenteditable]");
}

function move(by: number): void {
  const all = rows();
  const row = current();
  const next = row ? all[all.indexOf(row) + by] : all[0];
  if (next) title(next)?.focus();
}

function choose(row: HTMLElement | null): void {
  const box = row?.querySelector<HTMLInputElement>('input[type="checkbox"]');
  if (box) box.checked = !box.checked;
}

/** Press the button for `key`, on the entry that has the focus where none is chosen. */
function press(key: string): void {
  if (!inbox?.querySelector('input[name="entry"]:checked')) choose(current());
  if (!inbox?.querySelector('input[name="entry"]:checked')) return;
  inbox.querySelector<HTMLButtonElement>(`button[data-key="${key}"]`)?.click();
}

const actions: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  x: () => choose(current()),
  e: () => {
    const row = current();
    if (row) title(row)?.click();
  },
  s: () => press("s"),
  "#": () => press("#"),
  "/": () => document.querySelector<HTMLInputElement>('input[name="q"]')?.focus(),
};

if (inbox) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

export {};
