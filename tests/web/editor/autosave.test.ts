/** When the page saves, and what it says about it, by a clock that the test turns. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Autosave, type AutosaveHost, type State } from "../../../newsletter/web/assets/src/editor/state/autosave.ts";
import { answerTo, type Answer } from "../../../newsletter/web/assets/src/editor/state/server.ts";

const SAVED: Answer = { kind: "saved", etag: "2", savedAt: "" };
const AWAY: Answer = { kind: "unreachable", message: "" };

class Clock {
  now = 0;
  #timers = new Map<number, { at: number; call: () => void }>();
  #next = 1;

  set = (call: () => void, milliseconds: number): number => {
    this.#timers.set(this.#next, { at: this.now + milliseconds, call });
    return this.#next++;
  };

  clear = (timer: unknown): void => void this.#timers.delete(timer as number);

  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = due[1].at;
      due[1].call();
      await new Promise((done) => setImmediate(done));
    }
    this.now = end;
  }
}

/** A page that counts what was typed and what was saved. */
class Page implements AutosaveHost {
  typed = 0;
  saved = 0;
  sends: number[] = [];
  states: State[] = [];
  answers: Answer[] = [];
  held = false; // what is left cannot be saved
  goesOn = false;
  waiting: (() => void) | undefined;
  slow = false;

  pending = (): ReturnType<AutosaveHost["pending"]> => {
    const { typed } = this;
    return typed === this.saved || this.held ? undefined : { patch: [], done: () => (this.saved = typed) };
  };

  get behind(): boolean {
    return this.typed !== this.saved;
  }

  isBehind = (): boolean => this.behind;

  send = async (): Promise<Answer> => {
    this.sends.push(this.typed);
    if (this.slow) await new Promise<void>((done) => (this.waiting = done));
    return this.answers.shift() ?? SAVED;
  };

  settle = (answer: Answer): boolean => answer.kind === "saved" || this.goesOn;
  show = (state: State): void => void this.states.push(state);
}

function host(): { page: Page; clock: Clock; autosave: Autosave; type: () => void } {
  const page = new Page();
  const clock = new Clock();
  const autosave = new Autosave(page, clock);
  const type = (): void => {
    page.typed += 1;
    autosave.changed();
  };
  return { page, clock, autosave, type };
}

test("a pause in the typing saves once", async () => {
  const { page, clock, autosave, type } = host();
  type();
  await clock.pass(500);
  type();
  await clock.pass(799);
  assert.deepEqual(page.sends, []);
  await clock.pass(1);
  assert.deepEqual([page.sends, autosave.state], [[2], "saved"]);
});

test("typing without a pause is saved all the same", async () => {
  const { page, clock, type } = host();
  for (let count = 0; count < 30; count += 1) {
    type();
    await clock.pass(300);
  }
  assert.equal(page.sends[0], 17);
});

test("what is typed during a save goes with the next, and only one is under way", async () => {
  const { page, clock, autosave, type } = host();
  page.slow = true;
  type();
  await clock.pass(800);
  type();
  await clock.pass(5_000);
  assert.deepEqual(page.sends, [1]);
  page.slow = false;
  page.waiting?.();
  await new Promise((done) => setImmediate(done));
  await clock.pass(5_000);
  assert.deepEqual([page.sends, page.saved, autosave.state], [[1, 2], 2, "saved"]);
});

test("without a network it is kept and tried again, more and more seldom", async () => {
  const { page, clock, autosave, type } = host();
  page.answers = [AWAY, AWAY, AWAY];
  type();
  await clock.pass(800);
  assert.equal(autosave.state, "unsaved");
  await clock.pass(2_000);
  await clock.pass(4_999);
  assert.equal(page.sends.length, 2);
  await clock.pass(1);
  assert.equal(page.sends.length, 3);
  await clock.pass(10_000);
  assert.deepEqual([page.sends.length, autosave.state], [4, "saved"]);
});

test("what cannot be saved says so and is not tried over and over", async () => {
  const { page, clock, autosave, type } = host();
  page.held = true;
  type();
  await clock.pass(60_000);
  assert.deepEqual([page.sends, autosave.state], [[], "unsaved"]);
});

for (const [answer, state] of [
  [{ kind: "stale", etag: "9", document: {}, by: "ana" }, "conflict"],
  [{ kind: "signed_out", signIn: "/sign-in" }, "signed_out"],
] as const) {
  test(`${state} halts saving until it is settled`, async () => {
    const { page, clock, autosave, type } = host();
    page.answers = [answer as Answer];
    type();
    await clock.pass(800);
    type();
    await clock.pass(60_000);
    assert.deepEqual([page.sends, autosave.state], [[1], state]);
    await autosave.resume();
    assert.deepEqual([page.sends, autosave.state], [[1, 2], "saved"]);
  });
}

test("locked stays locked", async () => {
  const { page, clock, autosave, type } = host();
  page.answers = [{ kind: "locked", message: "" }];
  type();
  await clock.pass(800);
  await autosave.resume();
  assert.deepEqual([page.sends, autosave.state], [[1], "locked"]);
});

test("a refusal that was dealt with goes on at once, but not for ever", async () => {
  const { page, clock, autosave, type } = host();
  page.goesOn = true;
  page.answers = Array.from({ length: 100 }, () => ({ kind: "refused", message: "", fields: {} }) as const);
  type();
  await clock.pass(800);
  assert.deepEqual([page.sends.length, autosave.state], [20, "unsaved"]);
});

test("statuses are told apart", () => {
  const kinds = ([status, body]: [number, Record<string, unknown>]): unknown => {
    return answerTo(status, body, "/in").kind;
  };
  const cases: [number, Record<string, unknown>][] = [
    [200, { etag: "1" }], [412, { etag: "2", document: {} }], [400, { fields: {} }], [413, {}], [409, {}], [401, {}], [403, { error: "csrf" }],
    [403, { error: "forbidden" }], [503, {}], [404, {}], [200, {}],
  ];
  assert.deepEqual(cases.map(kinds), [
    "saved", "stale", "refused", "refused", "locked", "signed_out", "signed_out",
    "unreachable", "unreachable", "unreachable", "unreachable",
  ]);
});
