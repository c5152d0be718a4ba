/**
 * When to save, and what the last attempt means.
 *
 *     saved → waiting → saving → saved        the usual round
 *                              → unsaved      not on the server yet: no network, or a field that must be fixed
 *                              → conflict     somebody else saved the same fields: the person decides
 *                              → signed_out   the person signs in again
 *                              → locked       scheduled meanwhile
 *
 * One save is under way at a time; what is typed meanwhile goes with the next one.
 */

import type { Operation } from "../model/patch.ts";
import type { EntryChanges } from "../model/used-entries.ts";
import type { Answer } from "./server.ts";

export type State = "saved" | "waiting" | "saving" | "unsaved" | "conflict" | "signed_out" | "locked";

export interface PendingSave {
  readonly patch: readonly Operation[];
  /** What becomes of entries of the inbox with it. */
  readonly entries?: EntryChanges | undefined;
  /** What the server has once this is saved. */
  readonly done: () => void;
}

export interface Clock {
  set(call: () => void, milliseconds: number): unknown;
  clear(timer: unknown): void;
}

export interface AutosaveHost {
  /** What is to be saved now; nothing when the server has it all, or all that may be saved. */
  pending(): PendingSave | undefined;
  /** Whether something is left that the server does not have. */
  isBehind(): boolean;
  send(pending: PendingSave, leaving: boolean): Promise<Answer>;
  /** Take in an answer that is not plainly “saved”; true when saving may go on at once. */
  settle(answer: Answer): boolean;
  show(state: State): void;
}

const PAUSE = 800; // milliseconds without typing before a save
const LONGEST_WAIT = 5_000; // while somebody types without a pause
const RETRIES = [2_000, 5_000, 10_000, 30_000]; // milliseconds; the last one repeats

const REAL_CLOCK: Clock = {
  set: (call, milliseconds) => setTimeout(call, milliseconds),
  clear: (timer) => clearTimeout(timer as number),
};

export class Autosave {
  state: State = "saved";
  readonly #host: AutosaveHost;
  readonly #clock: Clock;
  #timer: unknown;
  #deadline: unknown;
  #failures = 0;
  #underWay: Promise<void> | undefined;

  constructor(host: AutosaveHost, clock: Clock = REAL_CLOCK) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Something was typed. */
  changed(): void {
    if (this.#isHalted()) return;
    if (this.state !== "saving") this.#show("waiting");
    this.#clock.clear(this.#timer);
    this.#timer = this.#clock.set(() => void this.flush(), PAUSE);
    this.#deadline ??= this.#clock.set(() => void this.flush(), LONGEST_WAIT);
  }

  /** Save now what there is to save. */
  async flush(leaving = false): Promise<void> {
    if (this.#isHalted()) return;
    this.#stopTimers();
    this.#underWay ??= this.#run(leaving).finally(() => (this.#underWay = undefined));
    await this.#underWay;
  }

  /** What halted saving is settled: the person signed in, decided, or the network is back. */
  async resume(): Promise<void> {
    if (this.state === "locked") return;
    this.#failures = 0;
    this.#show("waiting");
    await this.flush();
  }

  #isHalted(): boolean {
    return this.state === "conflict" || this.state === "signed_out" || this.state === "locked";
  }

  async #run(leaving: boolean): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const pending = this.#host.pending();
      if (!pending) return this.#show(this.#host.isBehind() ? "unsaved" : "saved");
      this.#show("saving");
      const answer = await this.#host.send(pending, leaving);
      if (answer.kind === "saved") pending.done();
      const goesOn = this.#host.settle(answer);
      if (answer.kind === "saved") this.#failures = 0;
      else if (!goesOn) return this.#halt(answer);
      if (this.#timer !== undefined) return this.#show("waiting"); // typing went on: wait for its pause
    }
    this.#retryLater();
  }

  #halt(answer: Answer): void {
    if (answer.kind === "stale") return this.#show("conflict");
    if (answer.kind === "signed_out" || answer.kind === "locked") return this.#show(answer.kind);
    this.#retryLater();
  }

  #retryLater(): void {
    this.#show("unsaved");
    const delay = RETRIES[Math.min(this.#failures, RETRIES.length - 1)] ?? PAUSE;
    this.#failures += 1;
    this.#stopTimers();
    this.#timer = this.#clock.set(() => void this.flush(), delay);
  }

  #stopTimers(): void {
    this.#clock.clear(this.#timer);
    this.#clock.clear(this.#deadline);
    this.#timer = this.#deadline = undefined;
  }

  #show(state: State): void {
    this.state = state;
    this.#host.show(state);
  }
}
