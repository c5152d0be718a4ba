/*
 * A publication's theme while it is chosen: every change is shown by the server's own renderer, half a second after
 * the last key, without being saved; contrasts are measured here, at once. All words come from the server.
 */

import htmx, { type HtmxRequestCtx } from "htmx.org";

import { contrast } from "./contrast";

const AFTER = 350; // milliseconds without a change; while a colour is dragged, between two previews
const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

const form = document.querySelector<HTMLFormElement>("[data-theme-editor-form]");
const stage = document.querySelector<HTMLElement>("[data-theme-editor-stage]");
const remarks = document.querySelector<HTMLElement>("[data-theme-editor-remarks]");

/** `#rrggbb`, however short it was written; "" for what is no colour. */
function colour(text: string): string {
  const digits = HEX.exec(text.trim())?.[1];
  if (!digits) return "";
  return `#${digits.length === 6 ? digits : [...digits].map((digit) => digit + digit).join("")}`.toLowerCase();
}

/** What is chosen now, as a query; half a colour is left out while it is typed. */
function chosen(form: HTMLFormElement): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || !value.trim() || ["csrf_token", "state", "width"].includes(name)) continue;
    const field = form.elements.namedItem(name);
    const half = field instanceof HTMLInputElement && field.dataset["token"] !== undefined && !colour(value);
    const bounded = field instanceof HTMLInputElement && field.type === "number" && !field.validity.valid;
    if (!half && !bounded) query.set(name, value.trim());
  }
  return query;
}

/**
 * The new preview is loaded behind the old one and takes its place when it is there, at the same height. One at a
 * time: what changes meanwhile is loaded next, so that a long drag shows something.
 */
function show(stage: HTMLElement, url: string): void {
  const coming = stage.querySelector<HTMLIFrameElement>(".theme-editor-coming");
  const old = stage.querySelector<HTMLIFrameElement>("iframe:not(.theme-editor-coming)");
  if (coming) coming.dataset["next"] = url;
  if (coming || !old) return;
  const fresh = old.cloneNode() as HTMLIFrameElement;
  fresh.src = url;
  fresh.classList.add("theme-editor-coming");
  fresh.addEventListener("load", () => {
    fresh.classList.remove("theme-editor-coming");
    old.remove();
    const next = fresh.dataset["next"];
    delete fresh.dataset["next"];
    if (next) show(stage, next);
  }, { once: true });
  stage.append(fresh);
}

/** The swatch shows what counts: the colour that was typed, else the theme's own. */
function paint(form: HTMLFormElement): void {
  const theme = form.querySelector<HTMLInputElement>('[name="theme"]:checked');
  const own = JSON.parse(theme?.dataset["defaults"] ?? "{}") as Record<string, string>;
  for (const swatch of form.querySelectorAll<HTMLInputElement>("[data-colour-of]")) {
    const field = document.getElementById(swatch.dataset["colourOf"] ?? "") as HTMLInputElement | null;
    if (!field) continue;
    field.placeholder = own[field.name] ?? field.placeholder;
    swatch.value = colour(field.value) || field.placeholder;
  }
}

/** How well the colours of words can be read where they are read worst. */
function measure(form: HTMLFormElement): void {
  const shown = (name: string): string => form.querySelector<HTMLInputElement>(`[data-colour-of="field-${name}"]`)?.value ?? "";
  for (const line of form.querySelectorAll<HTMLElement>("[data-contrast-of]")) {
    const words = shown(line.dataset["contrastOf"] ?? "");
    const grounds = (line.dataset["grounds"] ?? "").split(" ").map(shown);
    const ratio = Math.min(...grounds.map((ground) => contrast(words, ground)));
    const place = line.querySelector("[data-contrast-ratio]");
    if (place) place.textContent = ratio.toFixed(1);
    line.toggleAttribute("data-low", ratio < Number(line.dataset["readable"]));
  }
}

/** An image without an alt text cannot be shown yet; the rest of the query can. */
function complete(query: URLSearchParams): URLSearchParams {
  if (query.has("header_image") && !query.has("header_alt")) query.set("header_alt", "…");
  return query;
}

function start(form: HTMLFormElement, stage: HTMLElement, remarks: HTMLElement): void {
  let waiting = 0;
  const preview = (): void => {
    waiting = 0;
    const query = complete(chosen(form));
    show(stage, `${form.dataset["preview"] ?? ""}?${query}`);
    void htmx.ajax("GET", `${form.dataset["remarks"] ?? ""}?${query}`, { source: remarks, target: remarks, swap: "innerMorph" });
  };
  const changed = (target: EventTarget | null): void => {
    if (target instanceof HTMLInputElement && target.dataset["colourOf"]) {
      const field = document.getElementById(target.dataset["colourOf"]) as HTMLInputElement | null;
      if (field) field.value = target.value;
    }
    if (target instanceof HTMLInputElement && target.name === "width") {
      stage.classList.toggle("theme-editor-phone", target.value === "phone");
      stage.classList.toggle("theme-editor-desktop", target.value !== "phone");
      return;
    }
    paint(form);
    measure(form);
    const dragged = target instanceof HTMLInputElement && target.type === "color";
    if (dragged && waiting) return; // the preview follows the drag, and does not wait for its end
    clearTimeout(waiting);
    waiting = window.setTimeout(preview, AFTER);
  };
  remarks.addEventListener("htmx:before:response", (event) => {
    const { response } = (event as CustomEvent<{ ctx: HtmxRequestCtx }>).detail.ctx;
    if (response?.raw.redirected) event.preventDefault(); // signed out: saving says so
  });
  // The switches beside the preview belong to the form, but do not stand in it.
  document.querySelector("[data-theme-editor]")?.addEventListener("input", (event) => changed(event.target));
  for (const swatch of form.querySelectorAll<HTMLInputElement>("[data-colour-of]")) swatch.hidden = false;
  form.querySelector("[data-theme-editor-preview]")?.setAttribute("hidden", "");
  paint(form);
  measure(form);
}

if (form && stage && remarks) start(form, stage, remarks);
