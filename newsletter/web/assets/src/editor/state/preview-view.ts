/** What of an issue the preview shows, and for whom: the choices above it, and the query that asks the server. */

import type { Json } from "../model/document.ts";
import { fieldsIn } from "../model/mergefields.ts";

/** The forms that stand beside one another, and those in the menu after them. */
export const FORMS = [["desktop", "Desktop"], ["phone", "Phone"], ["text", "Plain text"], ["list", "List preview"]] as const;
export const FURTHER = [
  ["links", "Links", "Where each one leads"],
  ["reading", "Reading order", "What a screen reader says"],
  ["size", "Size", "Of each section and story"],
] as const;

export type Form = (typeof FORMS)[number][0] | (typeof FURTHER)[number][0];

export interface PreviewView {
  form: Form;
  /** The issue's own dark colours, or those of a program that inverts colours by itself. */
  scheme: "light" | "dark" | "inverted";
  images: boolean;
  /** As large as in a mail program, whatever room there is. */
  whole: boolean;
  /** The address of a subscriber; empty for nobody in particular. */
  reader: string;
  /** Somebody who need not exist is shown instead, with these values by their names in the query. */
  invents: boolean;
  invented: Record<string, string>;
}

export function isMail({ form }: PreviewView): boolean {
  return form === "desktop" || form === "phone";
}

/** The query that asks for `view` of the revision with this etag. */
export function previewQuery(view: PreviewView, etag: string): URLSearchParams {
  const mail = isMail(view);
  const asked = new URLSearchParams({ variant: mail ? "html" : view.form });
  if (view.invents) {
    for (const [name, value] of Object.entries(view.invented)) if (value.trim()) asked.set(name, value.trim());
  } else if (view.reader) asked.set("as", view.reader);
  if (mail && !view.images) asked.set("images", "off");
  if (view.scheme !== "light" && view.form !== "text") asked.set("scheme", mail ? view.scheme : "dark");
  asked.set("revision", etag.replaceAll('"', ""));
  return asked;
}

/** The names of the attributes that merge fields in `value` ask for, such as `attributes.city`, in their order. */
export function attributesIn(value: Json): string[] {
  const names = new Set<string>();
  const visit = (part: Json): void => {
    if (typeof part === "string") {
      for (const { name } of fieldsIn(part)) if (name.startsWith("attributes.")) names.add(name);
    } else if (part !== null && typeof part === "object") Object.values(part).forEach(visit);
  };
  visit(value);
  return [...names];
}
