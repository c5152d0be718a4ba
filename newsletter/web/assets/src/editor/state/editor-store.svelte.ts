/** The state of the editor: the issue that is being edited, and everything the page shows about it. */

import type { Editor } from "@tiptap/core";
import { addressOf, allErrors, valueIn, withoutInvalid, type Address, type Refusal } from "../model/validate.ts";
import { ISSUE, type Issue, type Json } from "../model/document.ts";
import { setField } from "../model/edit.ts";
import { difference, replacement } from "../model/patch.ts";
import { addressAt } from "../model/paths.ts";
import { parseIssue, serializeIssue } from "../model/serialize.ts";
import { hasSameContent, matchEntries, mergeIssues, resolveConflicts } from "../model/merge.ts";
import { t } from "../i18n.ts";
import { uniteStories, withoutTaken } from "../model/stories.ts";
import { UsedEntries, type EntryChanges, type UsedEntry } from "../model/used-entries.ts";
import { Autosave, type PendingSave, type State } from "./autosave.ts";
import type { LocalDraft, LocalDrafts } from "./local-drafts.ts";
import type { PageData } from "./page-data.ts";
import { History } from "./history.ts";
import type { Answer, Server } from "./server.ts";
import { mergedWords, type Notice, type SaveConflict } from "./types.ts";

export class EditorStore {
  readonly data: PageData;
  readonly server: Server;
  issue: Issue = $state.raw({ fields: {}, sections: [] });
  etag = $state("");
  state: State = $state("saved");
  savedAt = $state("");
  message = $state("");
  canUndo = $state(false);
  canRedo = $state(false);
  others: readonly string[] = $state.raw([]);
  notice: Notice | undefined = $state.raw();
  announcement = $state("");
  conflict: SaveConflict | undefined = $state.raw();
  signInUrl = $state("");
  locked = $state(false);
  lockedSentence = $state("");
  onDevice = $state(true);
  localDraft: { key: string; draft: LocalDraft } | undefined = $state.raw();
  /** The scope that has the focus: the preview follows it. */
  activeScope = $state(ISSUE);
  /** A scope whose folded fields are to be seen, because somebody jumped into them. */
  unfolded = $state("");
  /** The rich text that is being written, for the tools above, and a counter that says its state changed. */
  rich: Editor | undefined = $state.raw();
  richChanges = $state(0);
  /** How many uploads are under way. */
  uploads = $state(0);
  /** Which stories came from the inbox, and a counter that says that this changed. */
  readonly used = new UsedEntries();
  usedChanges = $state(0);
  readonly errors = $derived.by(() => allErrors(this.issue, this.#refusals));

  readonly #history = new History();
  readonly #drafts: LocalDrafts;
  readonly #autosave: Autosave;
  #refusals: ReadonlyMap<Address, Refusal> = $state.raw(new Map());
  #saved: Issue;
  #sending: Issue;
  #whole = false; // the server did not understand the last patch: send everything
  #keepTimer: number | undefined;

  constructor(data: PageData, server: Server, drafts: LocalDrafts) {
    this.data = data;
    this.server = server;
    this.#drafts = drafts;
    this.#saved = this.#sending = this.issue = parseIssue(data.document);
    this.used.take(this.issue, data.used);
    this.etag = data.etag;
    this.locked = data.locked;
    this.lockedSentence = data.lockedSentence;
    this.#autosave = new Autosave({
      pending: () => this.#pending(),
      isBehind: () => this.isBehind,
      send: (pending, leaving) => this.server.save(pending, this.etag, leaving),
      settle: (answer) => this.#settle(answer),
      show: (state) => (this.state = state),
    });
  }

  get isBehind(): boolean {
    return difference(this.#saved, this.issue).length > 0 || this.used.changes(this.issue) !== undefined;
  }

  // ——— changing

  /** One field was typed into or set. */
  edit(scope: string, name: string, value: Json, typing = true): void {
    this.change(setField(this.issue, scope, name, value), addressOf(scope, name), typing);
  }

  /** The issue becomes `after`; `where` is what the change was about. */
  change(after: Issue, where: string, typing = false): void {
    if (this.locked || after === this.issue) return;
    this.#history.record(this.issue, where, typing, Date.now());
    if (!typing) this.notice = undefined;
    this.#become(after);
  }

  undo(): void {
    this.#travel(this.#history.undo(this.issue), "Undone");
  }

  redo(): void {
    this.#travel(this.#history.redo(this.issue), "Redone");
  }

  #travel(step: { issue: Issue; where: string } | undefined, word: string): void {
    if (!step || this.locked) return;
    this.notice = undefined;
    this.#become(step.issue);
    this.announce(t(word));
  }

  #become(issue: Issue): void {
    this.issue = issue;
    this.canUndo = this.#history.canUndo;
    this.canRedo = this.#history.canRedo;
    this.#keepLocallySoon();
    this.#autosave.changed();
  }

  announce(words: string): void {
    // The same words twice in a row are only read again when they differ.
    this.announcement = this.announcement === words ? `${words}\u00a0` : words;
  }

  /** Told where it is seen and heard; with a way back, if there is one. */
  tell(words: string, undo = false): void {
    this.notice = { text: words, undo };
    this.announce(words);
  }

  /** What came by itself is nobody's step: undo does not take it back. */
  absorb(change: (issue: Issue) => Issue): void {
    this.#history.rewrite(change);
    this.#become(change(this.issue));
  }

  // ——— saving

  #pending(): PendingSave | undefined {
    const target = withoutInvalid(this.issue, this.#saved, this.errors.keys());
    const changes = difference(this.#saved, target);
    const entries = this.used.changes(target);
    if (changes.length === 0 && !entries) {
      if (!this.isBehind) this.#drafts.forget();
      return undefined;
    }
    this.#sending = target;
    const patch = this.#whole || changes.length > this.data.limits.operations ? replacement(target) : changes;
    return { patch, entries, done: () => this.#saveDone(target, entries) };
  }

  #saveDone(target: Issue, entries: EntryChanges | undefined): void {
    this.#saved = target;
    if (!entries) return;
    this.used.settle(entries);
    this.usedChanges += 1;
  }

  #settle(answer: Answer): boolean {
    this.message = "message" in answer ? answer.message : "";
    if (answer.kind === "saved") {
      this.etag = answer.etag;
      this.savedAt = answer.savedAt;
      this.#whole = false;
      return true;
    }
    if (answer.kind === "stale") return this.#mergeTheirs(answer.by, parseIssue(answer.document), answer.etag, answer.used);
    if (answer.kind === "taken") return this.#refuseEntries(answer.entries);
    if (answer.kind === "refused") return this.#refuse(answer.fields);
    if (answer.kind === "signed_out") this.signInUrl = answer.signIn;
    if (answer.kind === "locked") {
      this.locked = true;
      this.lockedSentence = answer.message;
    }
    return false;
  }

  #refuse(fields: Readonly<Record<string, string>>): boolean {
    const refusals = new Map(this.#refusals);
    for (const [path, message] of Object.entries(fields)) {
      const address = addressAt(this.#sending, path);
      // What was sent, and not what stands there now: somebody may have mended it meanwhile.
      if (address) refusals.set(address, { value: valueIn(this.#sending, address), message });
    }
    const isNew = refusals.size > this.#refusals.size || !this.#whole;
    this.#whole = refusals.size === this.#refusals.size;
    this.#refusals = refusals;
    return isNew;
  }

  /** Somebody else used these entries first: their stories go, and it is said. */
  #refuseEntries(sentences: Readonly<Record<string, string>>): boolean {
    const ids = Object.keys(sentences).map(Number);
    this.change(withoutTaken(this.issue, this.used, ids), ISSUE);
    for (const id of ids) this.used.forget(id);
    this.tell(Object.values(sentences).join(" "));
    return true;
  }

  /** Somebody else saved meanwhile: bring both together, and ask only about what both changed. */
  #mergeTheirs(by: string, document: Issue, etag: string, used: readonly UsedEntry[]): boolean {
    const placed = this.used.unsaved(this.issue);
    const united = uniteStories(this.#saved, this.issue, matchEntries(document, this.#saved), placed);
    const { issue: merged, conflicts } = mergeIssues(united.base, united.mine, united.theirs);
    this.conflict = { by, merged, theirs: united.theirs, etag, fields: conflicts, used };
    if (conflicts.length > 0) return false;
    const hadMine = !hasSameContent(this.issue, this.#saved);
    this.#settleConflict(merged);
    const words = mergedWords(united.count > 0, hadMine, by === this.data.user);
    if (words) this.notice = { text: t(words, { name: by || t("Someone else") }) };
    return true;
  }

  #settleConflict(issue: Issue): void {
    if (!this.conflict) return;
    this.#history.record(this.issue, ISSUE, false, Date.now());
    this.#saved = this.conflict.theirs;
    this.etag = this.conflict.etag;
    this.issue = issue;
    if (this.conflict.used) this.used.take(issue, this.conflict.used);
    this.canUndo = true;
    this.conflict = undefined;
    this.#keepLocallySoon();
  }

  /** Take in what the server has by now, while nothing of this page is on its way. */
  async refresh(): Promise<void> {
    const newest = await this.server.document();
    if (!newest || newest.etag === this.etag || this.state !== "saved" || this.isBehind || this.locked) return;
    this.#mergeTheirs(newest.by, parseIssue(newest.document), newest.etag, newest.used);
  }

  /** Mine on top of theirs, but theirs for the fields that were chosen. */
  keepMine(theirs: ReadonlySet<Address>): void {
    if (!this.conflict) return;
    // Not what was merged when the question came up: something may have been typed since.
    const { issue: merged } = mergeIssues(this.#saved, this.issue, this.conflict.theirs);
    this.#settleConflict(resolveConflicts(merged, this.conflict.fields, theirs));
    void this.#autosave.resume();
  }

  takeTheirs(): void {
    if (!this.conflict) return;
    this.#settleConflict(this.conflict.theirs);
    this.notice = { text: t("You have their version. Undo brings yours back."), undo: true };
    void this.#autosave.resume();
  }

  flush(leaving = false): Promise<void> {
    return this.#autosave.flush(leaving);
  }

  resume(): Promise<void> {
    this.signInUrl = "";
    return this.#autosave.resume();
  }

  // ——— the draft on this device

  #keepLocallySoon(): void {
    this.#keepTimer ??= window.setTimeout(() => this.keepLocally(), 300);
  }

  /** Write what the server does not have to this device. */
  keepLocally(): void {
    window.clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    if (!this.isBehind) return;
    const [base, document] = [serializeIssue(this.#saved), serializeIssue(this.issue)];
    this.onDevice = this.#drafts.keep({ etag: this.etag, base, document, at: Date.now() });
  }

  findLocalDraft(openTabs: ReadonlySet<string>): void {
    const newest = this.#drafts.newest(openTabs);
    if (!newest) return;
    if (hasSameContent(parseIssue(newest.draft.document), this.#saved)) this.#drafts.forget(newest.key);
    else this.localDraft = newest;
  }

  restoreLocalDraft(): void {
    if (!this.localDraft) return;
    const { key, draft } = this.localDraft;
    const base = matchEntries(parseIssue(draft.base), this.#saved);
    const mine = matchEntries(parseIssue(draft.document), base);
    const { issue: merged, conflicts } = mergeIssues(base, mine, this.#saved);
    this.localDraft = undefined;
    this.change(merged, ISSUE);
    this.keepLocally();
    if (this.onDevice) this.#drafts.forget(key);
    if (conflicts.length > 0) this.conflict = { by: "", merged, theirs: this.#saved, etag: this.etag, fields: conflicts };
  }

  discardLocalDraft(): void {
    if (this.localDraft) this.#drafts.forget(this.localDraft.key);
    this.localDraft = undefined;
  }
}
