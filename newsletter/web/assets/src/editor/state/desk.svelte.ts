/** The desk: the issue that is being edited, and everything the page shows about it. */

import type { Editor } from "@tiptap/core";
import { addressOf, faultsOf, valueIn, withheld, type Address } from "../model/check.ts";
import { ISSUE, type Issue, type Json } from "../model/document.ts";
import { setField } from "../model/edit.ts";
import { difference, replacement } from "../model/patch.ts";
import { addressAt } from "../model/paths.ts";
import { readIssue, writeIssue } from "../model/read.ts";
import { decided, recognised, reconcile, saysTheSame } from "../model/reconcile.ts";
import { say } from "../words.ts";
import { Autosave, type Draft, type State } from "./autosave.ts";
import type { Copy, Device } from "./device.ts";
import type { EditorFacts } from "./facts.ts";
import { History } from "./history.ts";
import type { Answer, Server } from "./server.ts";
import type { Meeting, Notice, Refusal } from "./shown.ts";

/** The same each time, so that nothing is drawn anew while nothing is wrong. */
const NO_FAULTS: ReadonlyMap<Address, string> = new Map();

export class Desk {
  readonly facts: EditorFacts;
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
  meeting: Meeting | undefined = $state.raw();
  signIn = $state("");
  locked = $state(false);
  lockedSentence = $state("");
  onDevice = $state(true);
  found: { key: string; copy: Copy } | undefined = $state.raw();
  /** The scope that has the focus: the preview follows it. */
  here = $state(ISSUE);
  /** A scope whose folded fields are to be seen, because somebody jumped into them. */
  unfolded = $state("");
  /** The rich text that is being written, for the tools above, and a counter that says its state changed. */
  rich: Editor | undefined = $state.raw();
  richChanges = $state(0);
  /** Uploads under way. */
  busy = $state(0);
  readonly faults = $derived.by(() => this.#faults());

  readonly #history = new History();
  readonly #device: Device;
  readonly #autosave: Autosave;
  #refusals: ReadonlyMap<Address, Refusal> = $state.raw(new Map());
  #saved: Issue;
  #sending: Issue;
  #whole = false; // the server did not understand the last patch: send everything
  #keeping: number | undefined;
  #dropped = new Map<string, readonly string[]>();

  constructor(facts: EditorFacts, server: Server, device: Device) {
    this.facts = facts;
    this.server = server;
    this.#device = device;
    this.#saved = this.#sending = this.issue = readIssue(facts.document);
    this.etag = facts.etag;
    this.locked = facts.locked;
    this.lockedSentence = facts.lockedSentence;
    this.#autosave = new Autosave({
      draft: () => this.#draft(),
      isBehind: () => this.isBehind,
      send: (draft, leaving) => this.server.save(draft.patch, this.etag, leaving),
      settle: (answer) => this.#settle(answer),
      show: (state) => (this.state = state),
    });
  }

  get isBehind(): boolean {
    return difference(this.#saved, this.issue).length > 0;
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
    this.#travel(this.#history.redo(this.issue), "Done again");
  }

  #travel(step: { issue: Issue; where: string } | undefined, word: string): void {
    if (!step || this.locked) return;
    this.notice = undefined;
    this.#become(step.issue);
    this.announce(say(word));
  }

  #become(issue: Issue): void {
    this.issue = issue;
    this.canUndo = this.#history.canUndo;
    this.canRedo = this.#history.canRedo;
    this.#keepSoon();
    this.#autosave.changed();
  }

  announce(words: string): void {
    // The same words twice in a row are only read again when they differ.
    this.announcement = this.announcement === words ? `${words}\u00a0` : words;
  }

  /** Told with a way back. */
  removed(words: string): void {
    this.notice = { text: words, undo: true };
    this.announce(words);
  }

  /** New orders of lists after something was dropped; two lists of one drop are one step. */
  drop(section: string, keys: readonly string[], apply: (issue: Issue, orders: ReadonlyMap<string, readonly string[]>) => Issue): void {
    if (this.#dropped.size === 0) {
      queueMicrotask(() => {
        const orders = this.#dropped;
        this.#dropped = new Map();
        this.change(apply(this.issue, orders), section);
      });
    }
    this.#dropped.set(section, keys);
  }

  // ——— saving

  #faults(): ReadonlyMap<Address, string> {
    const faults = new Map(faultsOf(this.issue));
    for (const [address, { value, message }] of this.#refusals) {
      if (valueIn(this.issue, address) === value && value !== undefined) faults.set(address, message);
    }
    return faults.size > 0 ? faults : NO_FAULTS;
  }

  #draft(): Draft | undefined {
    const target = withheld(this.issue, this.#saved, this.faults.keys());
    const changes = difference(this.#saved, target);
    if (changes.length === 0) {
      if (!this.isBehind) this.#device.forget();
      return undefined;
    }
    this.#sending = target;
    const most = this.facts.limits?.["operations"] ?? 500;
    const patch = this.#whole || changes.length > most ? replacement(target) : changes;
    return { patch, done: () => (this.#saved = target) };
  }

  #settle(answer: Answer): boolean {
    this.message = "message" in answer ? answer.message : "";
    if (answer.kind === "saved") {
      this.etag = answer.etag;
      this.savedAt = answer.savedAt;
      this.#whole = false;
      return true;
    }
    if (answer.kind === "stale") return this.#meet(answer.by, readIssue(answer.document), answer.etag);
    if (answer.kind === "refused") return this.#refuse(answer.fields);
    if (answer.kind === "signed_out") this.signIn = answer.signIn;
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

  /** Somebody else saved meanwhile: bring both together, and ask only about what both changed. */
  #meet(by: string, document: Issue, etag: string): boolean {
    const theirs = recognised(document, this.#saved);
    const { issue: merged, clashes } = reconcile(this.#saved, this.issue, theirs);
    this.meeting = { by, merged, theirs, etag, clashes };
    if (clashes.length > 0) return false;
    const hadMine = !saysTheSame(this.issue, this.#saved);
    this.#settleMeeting(merged);
    const words = hadMine
      ? "{name} changed this issue meanwhile. Both your changes are in it."
      : "{name} changed this issue meanwhile.";
    this.notice = { text: say(words, { name: by || say("Somebody else") }) };
    return true;
  }

  #settleMeeting(issue: Issue): void {
    if (!this.meeting) return;
    this.#history.record(this.issue, ISSUE, false, Date.now());
    this.#saved = this.meeting.theirs;
    this.etag = this.meeting.etag;
    this.issue = issue;
    this.canUndo = true;
    this.meeting = undefined;
    this.#keepSoon();
  }

  /** Mine on top of theirs, but theirs for the fields that were chosen. */
  keepMine(theirs: ReadonlySet<Address>): void {
    if (!this.meeting) return;
    this.#settleMeeting(decided(this.meeting.merged, this.meeting.clashes, theirs));
    void this.#autosave.resume();
  }

  takeTheirs(): void {
    if (!this.meeting) return;
    this.#settleMeeting(this.meeting.theirs);
    this.notice = { text: say("You have their version. Undo brings yours back."), undo: true };
    void this.#autosave.resume();
  }

  flush(leaving = false): Promise<void> {
    return this.#autosave.flush(leaving);
  }

  resume(): Promise<void> {
    this.signIn = "";
    return this.#autosave.resume();
  }

  // ——— the copy on this device

  #keepSoon(): void {
    this.#keeping ??= window.setTimeout(() => this.keepNow(), 300);
  }

  /** Write what the server does not have to this device. */
  keepNow(): void {
    window.clearTimeout(this.#keeping);
    this.#keeping = undefined;
    if (!this.isBehind) return;
    const [base, document] = [writeIssue(this.#saved), writeIssue(this.issue)];
    this.onDevice = this.#device.keep({ etag: this.etag, base, document, at: Date.now() });
  }

  lookForCopy(openTabs: ReadonlySet<string>): void {
    const found = this.#device.newest(openTabs);
    if (!found) return;
    if (saysTheSame(readIssue(found.copy.document), this.#saved)) this.#device.forget(found.key);
    else this.found = found;
  }

  restoreCopy(): void {
    if (!this.found) return;
    const { key, copy } = this.found;
    const base = recognised(readIssue(copy.base), this.#saved);
    const mine = recognised(readIssue(copy.document), base);
    const { issue: merged, clashes } = reconcile(base, mine, this.#saved);
    this.found = undefined;
    this.change(merged, ISSUE);
    this.keepNow();
    if (this.onDevice) this.#device.forget(key);
    if (clashes.length > 0) this.meeting = { by: "", merged, theirs: this.#saved, etag: this.etag, clashes };
  }

  discardCopy(): void {
    if (this.found) this.#device.forget(this.found.key);
    this.found = undefined;
  }
}
