/**
 * @file A whole run, from its folder to its folder: plan in, trained encoders and report out. Run again after any death it goes on where it was.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { writeWhole } from "../../base/write-whole.ts";
import { openExecutor } from "../../runtime/training/choose.ts";
import { clip } from "../methods/clip.ts";
import { judgeRun, type RunReport } from "./judge-run.ts";
import { prepareBase } from "./prepare.ts";
import { prepareFitting } from "./prepare-fitting.ts";
import { outcomeName, planName, type RunPlan } from "./run-plan.ts";
import { writeTextEncoder } from "./text-encoder.ts";
import { train, type TrainResult, type TrainSurroundings } from "./train.ts";

export { outcomeName, planName };
/** The one method that trains nothing. */
export const whitenMethod = "whiten";

export interface RunOutcome {
  readonly steps: number;
  readonly seconds: number;
  readonly viewsPerSecond: number;
  /** Null where nothing was trained. */
  readonly loss: { readonly first: number; readonly last: number } | null;
  readonly stopped: string | null;
  readonly bestStep: number;
  /** What happened on the way, in sentences. */
  readonly notes: readonly string[];
  readonly report: RunReport;
}

export async function runTraining(surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const { folder } = surroundings;
  const known = join(folder, outcomeName);
  if (existsSync(known)) return JSON.parse(readFileSync(known, "utf8")) as RunOutcome;
  const plan = JSON.parse(readFileSync(join(folder, planName), "utf8")) as RunPlan;
  const outcome = plan.method === whitenMethod ? await whitenOnly(plan, surroundings) : await trainAndJudge(plan, surroundings);
  writeWhole(known, JSON.stringify(outcome));
  // Large, and made again from the pictures where they are wanted.
  rmSync(join(folder, "features.f16"), { force: true });
  return outcome;
}

async function trainAndJudge(given: RunPlan, surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const prepared = await prepareFitting(given, surroundings);
  const { plan } = prepared;
  try {
    const trained = await train(prepared, {
      ...surroundings,
      openExecutor: (_, initial) => openExecutor({ ...plan, graph: prepared.step.graph, initial }),
    });
    const report = await judgeRun(prepared, trained, surroundings);
    const notes = plan.method === clip.id ? [await writeTextEncoder(prepared, trained, surroundings)] : [];
    return outcomeOf(trained, report, [...prepared.notes, ...notes]);
  } finally {
    prepared.close();
  }
}

function outcomeOf(
  { steps, seconds, viewsPerSecond, loss, stopped, bestStep }: TrainResult,
  report: RunReport,
  notes: readonly string[],
): RunOutcome {
  return { steps, seconds, viewsPerSecond, loss, stopped, bestStep, notes, report };
}

async function whitenOnly(plan: RunPlan, surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const prepared = prepareBase(plan);
  try {
    const report = await judgeRun(prepared, null, surroundings);
    return { steps: 0, seconds: 0, viewsPerSecond: 0, loss: null, stopped: null, bestStep: 0, notes: [], report };
  } finally {
    prepared.close();
  }
}
