/**
 * What the form calls the fields of the document, and how it lays them out: labels, placeholders, hints, the order,
 * and what stands behind “More”. What a field may hold comes from the schema, and a field or a kind of section that
 * is missing here is edited all the same, under a label made from its name.
 */

import type { EntryKind } from "./blocks.ts";
import { textAt } from "./document.ts";
import { parseLine, textsIn } from "../text/parse.ts";
import type { Layout, Layouts } from "./schema.ts";

const LINK = { label: "Link", placeholder: "https://" };
const HEADLINE = { label: "Headline", kind: "headline", placeholder: "Headline" } as const;
const BLURB = { label: "Blurb", placeholder: "One or two sentences" };
const INTRO = { label: "Introduction", placeholder: "A few words before the first one (optional)" };
const LINK_LABEL = { label: "Link text", placeholder: "Read more" };
const FOLDED_IMAGE = { label: "Image", folded: true };
const SOURCE = { label: "Source" };
const UNTRACKED = { label: "Don't count clicks on this link", folded: true };

/** By the name of an object in the schema; the fields of a section by its type. */
export const LAYOUTS: Layouts = {
  Document: {
    title: { label: "Title", kind: "headline", placeholder: "Title of the issue" },
    subject: { label: "Subject", placeholder: "What the reader sees first" },
    preheader: { label: "Preheader", placeholder: "The line after the subject" },
    slug: { label: "Web address", hint: "The last part of the issue's web address. If empty, it is made from the title." },
    language: { label: "Language", placeholder: "Same as publication", hint: "A code such as en or pt-BR." },
    summary: { label: "Summary", hint: "One sentence for the archive, feeds and shared links." },
    og_image: { label: "Image for shared links" },
  },
  Item: { headline: HEADLINE, blurb: BLURB, url: LINK, provenance: SOURCE, image: FOLDED_IMAGE, untracked: UNTRACKED },
  Quote: {
    text: { label: "Quote", placeholder: "What was said, word for word" },
    author: { label: "Author" },
    handle: { label: "Handle", placeholder: "@name" },
    permalink: { label: "Link to the post", placeholder: "https://" },
    network: { label: "Network", folded: true },
    date: { label: "Date", folded: true },
    credit: { label: "Credit", folded: true, hint: "Who translated, photographed or passed it on." },
  },
  Image: {
    src: { label: "URL", placeholder: "https://" },
    alt: { label: "Alt text", placeholder: "Describe the image for people who can't see it" },
    caption: { label: "Caption" },
    credit: { label: "Credit", placeholder: "Photo: …" },
    licence: { label: "Licence", placeholder: "CC BY 4.0" },
    width: { label: "Width" },
    height: { label: "Height" },
  },
  Provenance: {
    outlet: { label: "Outlet", placeholder: "Who reported it" },
    style: {
      label: "Attribution",
      words: { outlet: "Name under the story", reported: "“…, reported”", according_to: "“According to …”" },
    },
    byline: { label: "Byline", folded: true, placeholder: "Who wrote it" },
    published: { label: "Published", folded: true },
  },
  Visibility: {
    topics: { label: "Topics", placeholder: "arts, sport" },
    segments: { label: "Segments", placeholder: "members" },
    languages: { label: "Languages", placeholder: "en, pt-BR" },
  },
  links: { intro: INTRO },
  about: {
    text: { label: "Text", placeholder: "What is …?" },
    url: { label: "Link to read more", placeholder: "https://" },
    link_label: LINK_LABEL,
    image: FOLDED_IMAGE,
    owner: { label: "Owner", folded: true },
    review_by: { label: "Review by", folded: true },
  },
  feature: {
    image: { label: "Image" },
    video: { label: "Video still: add a play button" },
    headline: HEADLINE,
    blurb: BLURB,
    url: LINK,
    duration: { label: "Video length", placeholder: "4:12", folded: true },
    link_label: { label: "Link text", placeholder: "Watch the video, or Read more", folded: true },
    provenance: { ...SOURCE, folded: true },
    untracked: UNTRACKED,
  },
  quotes: { intro: INTRO },
  latest: {
    intro: INTRO,
    limit: { label: "Stories in the email", folded: true },
    length: { label: "Characters per blurb", folded: true },
    cut_at: { label: "Cut blurbs after", words: { sentence: "a sentence", word: "a word" }, folded: true },
  },
  text: { text: { label: "Text", placeholder: "Dear reader …" } },
  image: { image: { label: "Image" }, url: { label: "Link", placeholder: "https:// (optional)" } },
  button: {
    label: { label: "Button text", placeholder: "Nominate someone" },
    url: { label: "Link", placeholder: "https:// or mailto:" },
    untracked: UNTRACKED,
  },
  sponsor: {
    sponsor: { label: "Sponsor" },
    headline: HEADLINE,
    text: { label: "Text", placeholder: "One or two sentences" },
    url: LINK,
    link_label: LINK_LABEL,
    image: FOLDED_IMAGE,
    untracked: UNTRACKED,
  },
  snippet: { key: { label: "Snippet" }, text: { label: "Text" }, url: LINK, link_label: LINK_LABEL },
};

/** The heading and the visibility, which every section has. */
export const SECTION: Layout = {
  title: { label: "Heading", placeholder: "Heading (optional)" },
  visibility: { label: "Who sees it" },
};

/** Sections that show no heading. */
export const WITHOUT_HEADING: ReadonlySet<string> = new Set(["divider"]);

/** What a kind of section is for, in the menu that adds one. */
export const ABOUT: Readonly<Record<string, string>> = {
  notice: "A few key statements at the top",
  links: "Stories with headline, blurb and outlet",
  about: "A recurring text, kept from issue to issue",
  feature: "One big story or video",
  quotes: "Social posts and quotations",
  latest: "The latest stories, shortened, with the rest on the web",
  text: "Free text",
  image: "One image with caption and credit",
  button: "One link as a button",
  divider: "A line between two parts",
  sponsor: "A paid message, always labelled as one",
  snippet: "A text that many issues share, edited in one place",
};

/** Rich text as a name: its words without their marks. */
const plainWords = (text: string): string => textsIn(parseLine(text)).join(" ");

type EntryWords = Pick<EntryKind, "noun" | "add" | "count" | "name">;

/** How what is listed in a section is called, by its key. */
export const ENTRIES: Readonly<Record<string, EntryWords>> = {
  item: {
    noun: "story",
    add: "Add a story",
    count: ["{count} story", "{count} stories"],
    name: (fields) => textAt(fields, "headline") || textAt(fields, "url") || plainWords(textAt(fields, "blurb")),
  },
  quote: {
    noun: "quote",
    add: "Add a quote",
    count: ["{count} quote", "{count} quotes"],
    name: (fields) => textAt(fields, "author") || textAt(fields, "text"),
  },
  statement: {
    noun: "statement",
    add: "Add a statement",
    count: ["{count} statement", "{count} statements"],
    name: (fields) => plainWords(textAt(fields, "text")),
  },
};

/** The same for what is not called there. */
export const ANY_ENTRY: EntryWords = {
  noun: "entry",
  add: "Add an entry",
  count: ["{count} entry", "{count} entries"],
  name: (fields) => Object.values(fields).find((value): value is string => typeof value === "string" && value !== "") ?? "",
};

/** The one field of an entry that is a text alone. */
export const STATEMENT = { label: "Statement", placeholder: "One or two sentences" };
