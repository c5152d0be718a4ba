/** What the editor's state holds beside the issue itself. */

import type { Entry, Issue, Section } from "../model/document.ts";
import type { UsedEntry } from "../model/used-entries.ts";
import type { FieldConflict } from "../model/merge.ts";
import type { InboxEntry } from "./server.ts";

/** An entry of a list, or of the inbox, as it is dragged. */
export interface Card {
  readonly id: string;
  readonly entry: Entry;
  /** Of what waits in the inbox: what it is, and how it becomes a story of the section. */
  readonly waiting?: InboxEntry;
  readonly place?: (section: Section, index: number) => void;
}

export interface Notice {
  readonly text: string;
  readonly undo?: boolean;
}

/** Somebody else saved first: both states, brought together, and the fields that both changed. */
export interface SaveConflict {
  readonly by: string;
  readonly merged: Issue;
  readonly theirs: Issue;
  readonly etag: string;
  readonly fields: readonly FieldConflict[];
  readonly used?: readonly UsedEntry[];
}

/** What is said after a merge; nothing where a picture came, or the same person saved elsewhere, and nothing was typed here. */
export function mergedWords(isSameStory: boolean, hadMine: boolean, isOwn: boolean): string {
  if (isSameStory) return "{name} placed the same story at the same time. It is in the issue once.";
  if (isOwn) return hadMine ? "This issue was also saved elsewhere. It now contains both changes." : "";
  return hadMine ? "{name} also changed this issue. It now contains both your changes." : "{name} changed this issue.";
}
