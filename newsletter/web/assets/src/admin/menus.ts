/* Menus (`<details data-menu>`) close like menus do: by Escape, by a press elsewhere, when another opens. */

const open = "details[data-menu][open]";

function close(menu: HTMLDetailsElement, returnFocus: boolean): void {
  menu.open = false;
  if (returnFocus) menu.querySelector("summary")?.focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(open)) {
    if (!menu.contains(event.target as Node)) close(menu, false);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(open)) close(menu, menu.contains(document.activeElement));
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(open)) {
    if (!menu.contains(event.target as Node)) close(menu, false);
  }
});
