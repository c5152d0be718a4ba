/** What the desk has to say beside the issue itself. */

import type { Issue, Json } from "../model/document.ts";
import type { Clash } from "../model/reconcile.ts";

export interface Notice {
  readonly text: string;
  readonly undo?: boolean;
}

/** Somebody else saved first: both states, brought together, and the fields that both changed. */
export interface Meeting {
  readonly by: string;
  readonly merged: Issue;
  readonly theirs: Issue;
  readonly etag: string;
  readonly clashes: readonly Clash[];
}

/** What the server refused: it is held back until its value changes. */
export interface Refusal {
  readonly value: Json | undefined;
  readonly message: string;
}
