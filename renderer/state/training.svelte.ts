/** @file Trainings of the open collection: what there is to choose, the form as it was left, the runs, and what one tells while it goes on. */
import type { JobSnapshot } from "#protocol/progress.ts";
import type { RunEntry, RunMetrics, TrainingChoices } from "#protocol/training.ts";

import type { TrainingForm } from "./training-form.ts";
import { engine } from "./engine.svelte.ts";
import { jobs } from "./jobs.svelte.ts";
import { notices, reason } from "./notices.svelte.ts";

class Training {
  choices = $state.raw<TrainingChoices | null>(null);
  failed = $state<string | null>(null);
  /** Null until the first choices are there: what they suggest. */
  form = $state.raw<TrainingForm | null>(null);
  runs = $state.raw<readonly RunEntry[]>([]);
  known = $state(false);
  #workspace = "";

  /** Reads what the page stands on; another collection begins with another form. */
  async read(): Promise<void> {
    const workspace = engine.collection?.workspace ?? "";
    if (workspace !== this.#workspace) {
      this.#workspace = workspace;
      this.form = null;
      this.choices = null;
      this.runs = [];
      this.known = false;
    }
    try {
      const [choices, { runs }] = await Promise.all([engine.call("training.choices", {}), engine.call("runs.list", {})]);
      if (workspace !== this.#workspace) return;
      this.choices = choices;
      this.runs = runs;
      this.known = true;
      this.failed = null;
    } catch (error) {
      this.failed = reason(error);
    }
  }

  async readRuns(): Promise<void> {
    try {
      this.runs = (await engine.call("runs.list", {})).runs;
    } catch (error) {
      notices.fail("The list of trainings could not be read", error);
    }
  }

  runOf(id: string): RunEntry | null {
    return this.runs.find((run) => run.id === id) ?? null;
  }

  jobOf(run: RunEntry): JobSnapshot | null {
    return run.job === null ? null : (jobs.list.find((job) => job.id === run.job) ?? null);
  }

  /** As its job says, which is told sooner than the list is read. */
  stateOf(run: RunEntry): string {
    return this.jobOf(run)?.state ?? run.state;
  }
}

export const training = new Training();

/** The curves of one run, read further whenever asked. */
export class RunCurves {
  steps = $state.raw<Int32Array>(new Int32Array(0));
  loss = $state.raw<Float32Array>(new Float32Array(0));
  looks = $state.raw<RunMetrics["looks"] | null>(null);
  totalSteps = $state(0);
  viewsPerStep = $state(0);
  #after = 0;
  #reading = false;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  async read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const told = await engine.call("runs.metrics", { id: this.#id, after: this.#after });
      // A resumed run tells the steps after its checkpoint again.
      const first = told.again ? 0 : (told.steps[0] ?? Infinity);
      const kept = this.steps.findIndex((step) => step >= first);
      const length = kept < 0 ? this.steps.length : kept;
      this.steps = joined(Int32Array, this.steps.subarray(0, length), told.steps);
      this.loss = joined(Float32Array, this.loss.subarray(0, length), told.loss);
      this.looks = told.looks;
      this.totalSteps = told.totalSteps;
      this.viewsPerStep = told.viewsPerStep;
      this.#after = told.after;
    } catch (error) {
      notices.fail("What the training tells could not be read", error);
    } finally {
      this.#reading = false;
    }
  }
}

function joined<T extends Int32Array | Float32Array>(make: new (length: number) => T, one: T, other: T): T {
  const made = new make(one.length + other.length);
  made.set(one);
  made.set(other, one.length);
  return made;
}
