/**
 * @file A whole run, from its folder to its folder: plan in, trained encoders and report out. Run again after any death it goes on where it was.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openExecutor } from "../../runtime/training/choose.ts";
import { judgeRun, type RunReport } from "./judge-run.ts";
import { prepareBase, prepareRun } from "./prepare.ts";
import type { RunPlan } from "./run-plan.ts";
import { train, type TrainResult, type TrainSurroundings } from "./train.ts";

export const planName = "run.json";
export const outcomeName = "outcome.json";
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
  readonly report: RunReport;
}

export async function runTraining(surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const { folder } = surroundings;
  const known = join(folder, outcomeName);
  if (existsSync(known)) return JSON.parse(readFileSync(known, "utf8")) as RunOutcome;
  const plan = JSON.parse(readFileSync(join(folder, planName), "utf8")) as RunPlan;
  const outcome = plan.method === whitenMethod ? await whitenOnly(plan, surroundings) : await trainAndJudge(plan, surroundings);
  writeFileSync(`${known}.tmp`, JSON.stringify(outcome));
  renameSync(`${known}.tmp`, known);
  // Large, and made again from the pictures where they are wanted.
  rmSync(join(folder, "features.f16"), { force: true });
  return outcome;
}

async function trainAndJudge(plan: RunPlan, surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const prepared = await prepareRun(plan, surroundings);
  try {
    const trained = await train(prepared, {
      ...surroundings,
      openExecutor: (_, initial) => openExecutor({ ...plan, graph: prepared.step.graph, initial }),
    });
    return outcomeOf(trained, await judgeRun(prepared, trained, surroundings));
  } finally {
    prepared.close();
  }
}

function outcomeOf({ steps, seconds, viewsPerSecond, loss, stopped, bestStep }: TrainResult, report: RunReport): RunOutcome {
  return { steps, seconds, viewsPerSecond, loss, stopped, bestStep, report };
}

async function whitenOnly(plan: RunPlan, surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<RunOutcome> {
  const prepared = prepareBase(plan);
  try {
    const report = await judgeRun(prepared, null, surroundings);
    return { steps: 0, seconds: 0, viewsPerSecond: 0, loss: null, stopped: null, bestStep: 0, report };
  } finally {
    prepared.close();
  }
}
