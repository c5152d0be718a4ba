/** What the editor's state holds beside the issue itself. */

import type { Issue, Json } from "../model/document.ts";
import type { FieldConflict } from "../model/merge.ts";

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
}

/** What the server refused: it is held back until its value changes. */
export interface Refusal {
  readonly value: Json | undefined;
  readonly message: string;
}
