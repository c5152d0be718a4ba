/** Answers questions about the editor's logic, one JSON value a line, so that Python can compare it with its own. */

import { createInterface } from "node:readline";
import { BLOCKS, ISSUE_FIELDS } from "../../../newsletter/web/assets/src/editor/model/blocks.ts";
import { faultsOf } from "../../../newsletter/web/assets/src/editor/model/check.ts";
import type { Fields, Issue } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import { VISIBILITY_FIELDS } from "../../../newsletter/web/assets/src/editor/model/fields.ts";
import { fault } from "../../../newsletter/web/assets/src/editor/model/mergefields.ts";
import { difference, replacement } from "../../../newsletter/web/assets/src/editor/model/patch.ts";
import { readIssue, writeIssue } from "../../../newsletter/web/assets/src/editor/model/read.ts";
import { recognised, reconcile } from "../../../newsletter/web/assets/src/editor/model/reconcile.ts";
import { imageFault, linkFault, urlFault } from "../../../newsletter/web/assets/src/editor/model/urls.ts";
import { linksIn, readLine, readRichText } from "../../../newsletter/web/assets/src/editor/text/read.ts";
import { writeRichText } from "../../../newsletter/web/assets/src/editor/text/write.ts";
import { changedAtRandom } from "./changes.ts";

interface Question {
  readonly ask: string;
  readonly text?: string;
  readonly document?: Fields;
  readonly seed?: number;
}

const answers: Readonly<Record<string, (question: Question) => unknown>> = {
  rewrite: ({ text = "" }) => writeRichText(readRichText(text)),
  rewriteLine: ({ text = "" }) => writeRichText(readLine(text)),
  links: ({ text = "" }) => linksIn(text),
  faults: ({ text = "" }) => ({ url: urlFault(text), link: linkFault(text), image: imageFault(text), merge: fault(text) }),
  descriptions: () => ({ blocks: BLOCKS, issue: ISSUE_FIELDS, visibility: VISIBILITY_FIELDS }),
  documentFaults: ({ document = {} }) => [...faultsOf(readIssue(document))],
  filled: ({ document = {} }) => writeIssue(readIssue(document)),
  edit({ document = {}, seed = 0 }) {
    const before = readIssue(document);
    const after = changedAtRandom(before, seed);
    return { patch: difference(before, after), replacement: replacement(after), after: writeIssue(after) };
  },
  both({ document = {}, seed = 0 }) {
    const base = readIssue(document);
    const mine = changedAtRandom(base, seed);
    const saved: Issue = readIssue(writeIssue(changedAtRandom(base, seed + 1)));
    const theirs = recognised(saved, base);
    const { issue, clashes } = reconcile(base, mine, theirs);
    return { patch: difference(theirs, issue), theirs: writeIssue(theirs), mine: writeIssue(mine), merged: writeIssue(issue), clashes };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  process.stdout.write(`${JSON.stringify(answers[question.ask]?.(question) ?? null)}\n`);
}
