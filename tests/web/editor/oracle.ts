/** Answers questions about the editor's logic, one JSON value a line, so that Python can compare it with its own. */

import { createInterface } from "node:readline";
import { allBlocks, issueFields, loadFormat } from "../../../newsletter/web/assets/src/editor/model/blocks.ts";
import { fieldErrors } from "../../../newsletter/web/assets/src/editor/model/validate.ts";
import type { Fields, Issue } from "../../../newsletter/web/assets/src/editor/model/document.ts";
import { mergeFieldError } from "../../../newsletter/web/assets/src/editor/model/mergefields.ts";
import { difference, replacement } from "../../../newsletter/web/assets/src/editor/model/patch.ts";
import { parseIssue, serializeIssue } from "../../../newsletter/web/assets/src/editor/model/serialize.ts";
import { matchEntries, mergeIssues } from "../../../newsletter/web/assets/src/editor/model/merge.ts";
import type { Schema } from "../../../newsletter/web/assets/src/editor/model/schema.ts";
import { imageError, linkError, urlError } from "../../../newsletter/web/assets/src/editor/model/urls.ts";
import { linksIn, parseLine, parseRichText } from "../../../newsletter/web/assets/src/editor/text/parse.ts";
import { serializeRichText } from "../../../newsletter/web/assets/src/editor/text/serialize.ts";
import { changedAtRandom } from "./changes.ts";
import { loadPublishedFormat } from "./format.ts";

interface Question {
  readonly ask: string;
  readonly text?: string;
  readonly document?: Fields;
  readonly seed?: number;
  readonly schema?: Schema;
  readonly labels?: readonly { readonly type: string; readonly label: string }[];
}

const answers: Readonly<Record<string, (question: Question) => unknown>> = {
  rewrite: ({ text = "" }) => serializeRichText(parseRichText(text)),
  rewriteLine: ({ text = "" }) => serializeRichText(parseLine(text)),
  links: ({ text = "" }) => linksIn(text),
  errors: ({ text = "" }) => ({ url: urlError(text), link: linkError(text), image: imageError(text), merge: mergeFieldError(text) }),
  descriptions({ schema = {}, labels = [] }) {
    loadFormat(schema, labels);
    const described = { blocks: allBlocks(), issue: issueFields() };
    loadPublishedFormat();
    return described;
  },
  documentErrors: ({ document = {} }) => [...fieldErrors(parseIssue(document))],
  filled: ({ document = {} }) => serializeIssue(parseIssue(document)),
  edit({ document = {}, seed = 0 }) {
    const before = parseIssue(document);
    const after = changedAtRandom(before, seed);
    return { patch: difference(before, after), replacement: replacement(after), after: serializeIssue(after) };
  },
  both({ document = {}, seed = 0 }) {
    const base = parseIssue(document);
    const mine = changedAtRandom(base, seed);
    const saved: Issue = parseIssue(serializeIssue(changedAtRandom(base, seed + 1)));
    const theirs = matchEntries(saved, base);
    const { issue, conflicts } = mergeIssues(base, mine, theirs);
    return { patch: difference(theirs, issue), theirs: serializeIssue(theirs), mine: serializeIssue(mine), merged: serializeIssue(issue), conflicts };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  process.stdout.write(`${JSON.stringify(answers[question.ask]?.(question) ?? null)}\n`);
}
