/** What each block is made of, as an editor fills it in. The contract test compares it with the format's schema. */

import { field, image, PROVENANCE, type Field } from "./fields.ts";
import { textAt, type Fields } from "./document.ts";

/** What is listed in a section. Entries of one kind can move from section to section. */
export interface EntryKind {
  readonly key: "item" | "quote" | "statement";
  readonly noun: string;
  readonly add: string;
  readonly count: readonly [one: string, many: string];
  readonly fields: readonly Field[];
  /** A few words that tell this entry from its neighbours. */
  readonly name: (fields: Fields) => string;
}

export interface Block {
  readonly type: string;
  readonly label: string;
  /** What it is for, in the menu that adds one. */
  readonly about: string;
  readonly fields: readonly Field[];
  readonly entries?: EntryKind;
  /** The most entries it takes. */
  readonly most?: number;
}

const ITEM: EntryKind = {
  key: "item",
  noun: "story",
  add: "Add a story",
  count: ["{count} story", "{count} stories"],
  fields: [
    field("headline", "Headline", "headline", { placeholder: "Headline" }),
    field("blurb", "Blurb", "rich", { placeholder: "One or two sentences" }),
    field("url", "Link", "url", { placeholder: "https://" }),
    PROVENANCE,
    image("Image", { folded: true }),
  ],
  name: (fields) => textAt(fields, "headline") || textAt(fields, "url") || textAt(fields, "blurb"),
};

const QUOTE: EntryKind = {
  key: "quote",
  noun: "quote",
  add: "Add a quote",
  count: ["{count} quote", "{count} quotes"],
  fields: [
    field("text", "Words", "plain", { placeholder: "What was said, word for word" }),
    field("author", "Who said it", "line", { max: 120 }),
    field("handle", "Handle", "line", { max: 120, placeholder: "@name" }),
    field("permalink", "Link to the post", "url", { placeholder: "https://" }),
    field("network", "Network", "line", { max: 120, folded: true }),
    field("date", "Date", "date", { folded: true }),
    field("credit", "Credit", "line", { max: 120, folded: true, hint: "Who translated, photographed or passed it on." }),
  ],
  name: (fields) => textAt(fields, "author") || textAt(fields, "text"),
};

const STATEMENT: EntryKind = {
  key: "statement",
  noun: "statement",
  add: "Add a statement",
  count: ["{count} statement", "{count} statements"],
  fields: [field("text", "Statement", "statement", { placeholder: "One or two sentences" })],
  name: (fields) => textAt(fields, "text"),
};

const INTRO = field("intro", "Introduction", "rich", { placeholder: "A few words before the first one (optional)" });
const LINK_LABEL = field("link_label", "Words of the link", "line", { placeholder: "Read more" });

export const BLOCKS: readonly Block[] = [
  { type: "notice", label: "Notice", about: "A few key statements at the top", fields: [], entries: STATEMENT, most: 20 },
  { type: "links", label: "Links", about: "Stories with headline, blurb and outlet", fields: [INTRO], entries: ITEM, most: 100 },
  {
    type: "about",
    label: "About",
    about: "A standing text, kept from issue to issue",
    fields: [
      field("text", "Text", "rich", { max: 20_000, placeholder: "What is …?" }),
      field("url", "Where to read more", "url", { placeholder: "https://" }),
      LINK_LABEL,
      image("Image", { folded: true }),
      field("owner", "Who answers for it", "line", { max: 120, internal: true, folded: true }),
      field("review_by", "Look at it again by", "date", { internal: true, folded: true }),
    ],
  },
  {
    type: "feature",
    label: "Feature",
    about: "One story or video, told large",
    fields: [
      image(),
      field("video", "A still of a video: put a play mark on it", "check"),
      field("headline", "Headline", "headline", { placeholder: "Headline" }),
      field("blurb", "Blurb", "rich", { placeholder: "One or two sentences" }),
      field("url", "Link", "url", { placeholder: "https://" }),
      field("duration", "Length of the video", "line", { max: 120, placeholder: "4:12", folded: true }),
      field("link_label", "Words of the link", "line", { placeholder: "Watch the video, or Read more", folded: true }),
      { ...PROVENANCE, folded: true },
    ],
  },
  { type: "quotes", label: "Quotes", about: "Posts and sayings as durable cards", fields: [INTRO], entries: QUOTE, most: 50 },
  {
    type: "latest",
    label: "Latest",
    about: "Newest stories cut short, the rest on the web",
    fields: [
      INTRO,
      field("limit", "Stories in the email", "number", { initial: 5, min: 1, max: 50, folded: true }),
      field("length", "Characters of each blurb", "number", { initial: 180, min: 40, max: 1_000, folded: true }),
      field("cut_at", "Cut blurbs after", "choice", {
        initial: "sentence",
        choices: [["sentence", "a sentence"], ["word", "a word"]],
        folded: true,
      }),
    ],
    entries: ITEM,
    most: 200,
  },
  {
    type: "text",
    label: "Text",
    about: "Your own words",
    fields: [field("text", "Text", "rich", { max: 20_000, placeholder: "Dear reader …" })],
  },
  {
    type: "image",
    label: "Image",
    about: "One image with caption and credit",
    fields: [
      { ...image(), kind: "picture", initial: pictureWithoutSource() },
      field("url", "Where a click leads", "url", { placeholder: "https:// (optional)" }),
    ],
  },
  {
    type: "button",
    label: "Button",
    about: "One link as a button",
    fields: [
      field("label", "Words on the button", "line", { placeholder: "Nominate somebody" }),
      field("url", "Link", "link", { placeholder: "https:// or mailto:" }),
    ],
  },
  { type: "divider", label: "Divider", about: "A line between two parts", fields: [] },
  {
    type: "sponsor",
    label: "Sponsor",
    about: "A paid message, always named as one",
    fields: [
      field("sponsor", "Who pays for it", "line", { max: 120 }),
      field("headline", "Headline", "headline", { placeholder: "Headline" }),
      field("text", "Text", "rich", { placeholder: "One or two sentences" }),
      field("url", "Link", "url", { placeholder: "https://" }),
      LINK_LABEL,
      image("Image", { folded: true }),
    ],
  },
];

export const TITLE = field("title", "Heading", "line", { placeholder: "Heading (optional)" });

/** The fields of the issue itself. */
export const ISSUE_FIELDS: readonly Field[] = [
  field("title", "Title", "headline", { needed: true, placeholder: "Title of the issue" }),
  field("subject", "Subject", "line", { placeholder: "What the reader sees first" }),
  field("preheader", "Preheader", "line", { placeholder: "The line after the subject" }),
  field("slug", "Web address", "slug", { hint: "The last part of the issue's address. Made from the title where empty." }),
  field("language", "Language", "language", { placeholder: "The publication's", hint: "A tag like en or pt-BR." }),
  field("summary", "Summary", "line", { hint: "One sentence for the archive, feeds and shared links." }),
  { ...image("Image for shared links"), name: "og_image" },
];

const BY_TYPE = new Map(BLOCKS.map((block) => [block.type, block]));

/** The description of a block. One that this page does not know yet has no fields, and loses nothing. */
export function blockOf(type: string): Block {
  return BY_TYPE.get(type) ?? { type, label: type, about: "", fields: [] };
}

/** The fields of a section with its heading, as they are checked and jumped to. */
export function sectionFields(type: string): readonly Field[] {
  return type === "divider" ? [] : [TITLE, ...blockOf(type).fields];
}

function pictureWithoutSource(): Fields {
  return Object.fromEntries((image().fields ?? []).map((part) => [part.name, part.initial]));
}
