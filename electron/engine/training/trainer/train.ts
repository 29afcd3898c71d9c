/**
 * @file The loop: steps, checkpoints, a look at the probe now and then. A run that was stopped anywhere goes on from its last checkpoint and ends with
 * the very same weights, because a step depends on the state, the plan and its own number only.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { startTimer, type Clock } from "../../base/clock.ts";
import { BugError, CancellationError } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { Executor, HostTensor } from "../../runtime/training/executor.ts";
import { methodOf } from "../methods/table.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { createOrder } from "./order.ts";
import { networkWeights, type Prepared, type Surroundings } from "./prepare.ts";
import { createProbe, type Look, type Probing } from "./probe.ts";
import type { RunPlan } from "./run-plan.ts";
import { rateAt, type Schedule } from "./schedule.ts";

/** Files in a run's folder: a line for each step, a line for each look at the probe, and how many steps there will be. */
export const metricsName = "metrics.jsonl";
export const evaluationsName = "evaluations.jsonl";
export const stepsName = "steps.json";

export interface TrainSurroundings extends Surroundings {
  readonly clock: Clock;
  /** @param initial the state to begin with */
  readonly openExecutor: (prepared: Prepared, initial: ReadonlyMap<string, HostTensor>) => Promise<Executor>;
}

export interface TrainResult {
  readonly steps: number;
  /** Of this process; a resumed run counts from where it went on. */
  readonly seconds: number;
  readonly viewsPerSecond: number;
  readonly loss: { readonly first: number; readonly last: number };
  /** Why it ended before its time; null where it did not. */
  readonly stopped: string | null;
  readonly evaluations: readonly Evaluation[];
  /** Trained weights of the network, by initializer: at the end, and where the probe liked them best. */
  readonly last: ReadonlyMap<string, Float32Array>;
  readonly best: ReadonlyMap<string, Float32Array>;
  readonly bestStep: number;
  /** The whole state at the end, heads too. */
  readonly state: ReadonlyMap<string, HostTensor>;
}

export interface Evaluation extends Look {
  readonly step: number;
}

export interface StepRecord {
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly rate: number;
}

/** Steps that are run to learn how long one takes. */
const trialSteps = 4;

export async function train(prepared: Prepared, surroundings: TrainSurroundings): Promise<TrainResult> {
  const { plan, step } = prepared;
  const { folder, clock, gate } = surroundings;
  const order = createOrder(plan.training.length, plan.images, plan.seed);
  const steps = plan.minutes === null && plan.steps !== null ? plan.steps : await measureSteps(prepared, surroundings);
  const schedule: Schedule = {
    rate: plan.rate,
    steps,
    warmUpSteps: Math.round(plan.warmUpShare * steps),
    finalShare: plan.finalShare,
  };
  const paths = pathsIn(folder);
  const known = readCheckpoint(paths.last);
  const records = readRecords(paths.metrics, known?.step ?? 0);
  const evaluations = readEvaluations(paths.evaluations, known?.step ?? 0);
  // So that there is a good state from the first step on.
  if (known === null) writeCheckpoint(paths.last, { step: 0, tensors: step.initial, notes: { run: plan.id } });
  const executor = await surroundings.openExecutor(prepared, known?.tensors ?? step.initial);
  const probing = await createProbe(prepared, surroundings);
  const total = startTimer(clock);
  let sinceCheckpoint = startTimer(clock);
  // A process may have been killed between its last checkpoint and its report.
  let stopped = known?.notes[stoppedNote] ?? null;
  let at = known?.step ?? 0;
  const evaluateAt = new Set(evaluationSteps(steps, plan.evaluations));
  const begun = at;
  let saved = at;
  const save = (tensors: ReadonlyMap<string, HostTensor>): void => {
    writeCheckpoint(paths.last, { step: at, tensors, notes: { run: plan.id, ...(stopped !== null && { [stoppedNote]: stopped }) } });
    saved = at;
    sinceCheckpoint = startTimer(clock);
  };
  try {
    if (at === 0) noteEvaluation({ step: 0, ...probing.begin }, evaluations, paths);
    while (at < steps && stopped === null) {
      await gate();
      const record = await runStep(prepared, executor, { at, schedule, positions: order.positionsAt(at), steps });
      at++;
      if (!Number.isFinite(record.loss)) {
        stopped = diverged(`The loss became ${record.loss}`, at);
        break;
      }
      records.push(record);
      appendFileSync(paths.metrics, `${JSON.stringify(record)}\n`);
      surroundings.onProgress("steps", at, steps);
      const isLook = evaluateAt.has(at);
      if (isLook || at === steps || sinceCheckpoint() > plan.checkpointSeconds) {
        const tensors = await executor.readState();
        if (!isFinite(tensors)) {
          stopped = diverged("The weights are no numbers any more", at);
          break;
        }
        if (isLook || at === steps) {
          const alarm = await evaluate(probing, prepared, { step: at, state: tensors, evaluations, paths });
          if (alarm !== null && at < steps) stopped = alarm;
        }
        save(tensors);
      }
    }
  } catch (thrown) {
    // A person who stops loses no step.
    if (thrown instanceof CancellationError && at > saved) {
      const tensors = await executor.readState();
      if (isFinite(tensors)) save(tensors);
    }
    throw thrown;
  } finally {
    await executor.close();
  }
  const seconds = total();
  const last = readCheckpoint(paths.last);
  if (last === null) throw new BugError(`${paths.last} is gone`);
  const best = readCheckpoint(paths.best) ?? last;
  const rows = step.groups.reduce((sum, { count }) => sum + count, 0) * plan.images;
  const width = Math.max(1, Math.min(smoothed, Math.floor(records.length / 2)));
  return {
    steps: last.step,
    seconds,
    viewsPerSecond: ((at - begun) * rows) / Math.max(1e-9, seconds),
    loss: { first: meanLoss(records.slice(0, width)), last: meanLoss(records.slice(-width)) },
    stopped,
    evaluations,
    last: networkWeights(prepared, last.tensors),
    best: networkWeights(prepared, best.tensors),
    bestStep: best.step,
    state: last.tensors,
  };
}

/** In a checkpoint: why the run ended there. */
const stoppedNote = "stopped";

function diverged(what: string, step: number): string {
  return `${what} at step ${step}; the last good state is kept. A lower learningRate may help.`;
}

function isFinite(tensors: ReadonlyMap<string, HostTensor>): boolean {
  for (const { data } of tensors.values()) if (!(data as Float32Array).every(Number.isFinite)) return false;
  return true;
}

/** Losses of single steps jump: the first and the last so many, in the mean; half of all where there are fewer. */
const smoothed = 10;

function meanLoss(records: readonly StepRecord[]): number {
  return records.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, records.length);
}

export async function runStep(
  { plan, step, source, side }: Prepared,
  executor: Executor,
  {
    at,
    schedule,
    positions,
    steps,
  }: { readonly at: number; readonly schedule: Schedule; readonly positions: Int32Array; readonly steps: number },
): Promise<StepRecord> {
  const places = positions.map((position) => plan.training[position] as number);
  const feeds = new Map<string, HostTensor>(source.feeds(at, places));
  const rate = rateAt(schedule, at);
  const scalars: Record<string, number> = {
    ...methodOf(plan.method).scalars?.(plan.settings, at / steps, at),
    rate,
    step: at + 1,
  };
  for (const name of step.scalars) {
    const value = scalars[name];
    if (value === undefined) throw new BugError(`the step wants a number "${name}" that nobody gives`);
    feeds.set(name, { type: "float32", shape: [], data: Float32Array.of(value) });
  }
  for (const name of step.feeds) feeds.set(name, side.feed(name, positions, places));
  const made = await executor.step(feeds);
  const numberOf = (name: string): number => made.get(`metric/${name}`)?.data[0] as number;
  return { step: at + 1, loss: numberOf("loss"), gradientNorm: numberOf("gradientNorm"), rate };
}

/** How many steps fit, told by a few of them, which are then undone; kept, so that a resumed run has as many. */
async function measureSteps(prepared: Prepared, surroundings: TrainSurroundings): Promise<number> {
  const { plan, step } = prepared;
  const { folder, clock, openExecutor, gate } = surroundings;
  const path = join(folder, stepsName);
  if (existsSync(path)) return (JSON.parse(readFileSync(path, "utf8")) as { steps: number }).steps;
  const executor = await openExecutor(prepared, step.initial);
  const order = createOrder(plan.training.length, plan.images, plan.seed);
  const schedule: Schedule = { rate: 0, steps: trialSteps, warmUpSteps: 0, finalShare: 0 };
  let each = Infinity;
  for (let at = 0; at < trialSteps; at++) {
    await gate();
    const timer = startTimer(clock);
    await runStep(prepared, executor, { at, schedule, positions: order.positionsAt(at), steps: trialSteps });
    each = Math.min(each, timer());
  }
  await executor.close();
  const steps = stepsWithin(plan, each);
  writeWhole(path, JSON.stringify({ steps }));
  return steps;
}

/** Of the two limits that a plan may have, the nearer one. @param each seconds of a step */
export function stepsWithin(plan: Pick<RunPlan, "steps" | "minutes">, each: number): number {
  if (plan.minutes === null && plan.steps !== null) return plan.steps;
  return Math.min(plan.steps ?? Infinity, Math.max(fewestSteps, Math.floor(((plan.minutes ?? 1) * 60) / each)));
}

const fewestSteps = 20;

/** How often a picture of the probe passes the network during the steps: three looks at a time, except where an adapter's vectors are known. */
export function probeLooks({ trainable, from, evaluations }: Pick<RunPlan, "trainable" | "from" | "evaluations">): number {
  return trainable === "adapter" && from.kind === "encoder" ? 3 : 1 + 3 * (evaluations + 1);
}

function evaluationSteps(steps: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.round(((at + 1) * steps) / count)).filter((step) => step > 0);
}

/** Measures the probe and keeps the weights that do best. Gives the alarm that should stop the run, or null. */
async function evaluate(
  probing: Probing,
  prepared: Prepared,
  {
    step,
    state,
    evaluations,
    paths,
  }: {
    readonly step: number;
    readonly state: ReadonlyMap<string, HostTensor>;
    readonly evaluations: Evaluation[];
    readonly paths: ReturnType<typeof pathsIn>;
  },
): Promise<string | null> {
  const { alarm, ...look } = await probing.look(networkWeights(prepared, state));
  const best = evaluations.reduce((most, each) => Math.max(most, probing.merit(each.metrics)), -Infinity);
  noteEvaluation({ step, ...look }, evaluations, paths);
  if (alarm === null && probing.merit(look.metrics) > best)
    writeCheckpoint(paths.best, { step, tensors: state, notes: { run: prepared.plan.id } });
  return alarm;
}

function noteEvaluation(evaluation: Evaluation, evaluations: Evaluation[], paths: ReturnType<typeof pathsIn>): void {
  evaluations.push(evaluation);
  appendFileSync(paths.evaluations, `${JSON.stringify(evaluation)}\n`);
}

function pathsIn(folder: string) {
  return {
    last: join(folder, "last.safetensors"),
    best: join(folder, "best.safetensors"),
    metrics: join(folder, metricsName),
    evaluations: join(folder, evaluationsName),
  };
}

/** What was told of steps up to the checkpoint; what came after it will be told again. */
function readRecords(path: string, step: number): StepRecord[] {
  const records = linesOf<StepRecord>(path).filter((record) => record.step <= step);
  rewrite(path, records);
  return records;
}

function readEvaluations(path: string, step: number): Evaluation[] {
  const evaluations = step === 0 ? [] : linesOf<Evaluation>(path).filter((each) => each.step <= step);
  rewrite(path, evaluations);
  return evaluations;
}

function linesOf<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as T];
      } catch {
        // The last line of a process that was killed.
        return [];
      }
    });
}

function rewrite(path: string, values: readonly unknown[]): void {
  if (values.length === 0) rmSync(path, { force: true });
  else writeWhole(path, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}
