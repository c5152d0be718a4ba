/** Undo and redo over the whole issue. Unchanged parts are shared between steps, so a step costs what it changed. */

import type { Issue } from "../model/document.ts";

const DEEPEST = 300;
const TOGETHER = 1_200; // milliseconds within which typing into one field is one step

interface Step {
  readonly issue: Issue;
  /** Where the change was made, to bring the eye back there. */
  readonly where: string;
}

export class History {
  readonly #past: Step[] = [];
  #future: Step[] = [];
  #open = ""; // the field that is being typed into
  #touched = 0;

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** `before` is about to change at `where`; with `typing`, changes in quick succession are one step. */
  record(before: Issue, where: string, typing: boolean, now: number): void {
    const continues = typing && where === this.#open && now - this.#touched < TOGETHER;
    if (!continues) {
      this.#past.push({ issue: before, where });
      if (this.#past.length > DEEPEST) this.#past.shift();
    }
    this.#open = typing ? where : "";
    this.#touched = now;
    this.#future = [];
  }

  undo(current: Issue): Step | undefined {
    return this.#step(this.#past, this.#future, current);
  }

  redo(current: Issue): Step | undefined {
    return this.#step(this.#future, this.#past, current);
  }

  /** Every step becomes what `change` makes of it: what came to the issue by itself is undone by nobody. */
  rewrite(change: (issue: Issue) => Issue): void {
    for (const steps of [this.#past, this.#future]) {
      for (const [index, step] of steps.entries()) steps[index] = { ...step, issue: change(step.issue) };
    }
  }

  #step(from: Step[], to: Step[], current: Issue): Step | undefined {
    const step = from.pop();
    if (!step) return undefined;
    to.push({ issue: current, where: step.where });
    this.#open = "";
    return step;
  }
}
