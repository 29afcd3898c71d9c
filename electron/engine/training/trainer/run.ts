/**
 * @file A whole run, from its folder to its folder: plan in, trained encoders and report out. Run again after any death it goes on where it was.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { writeWhole } from "../../base/write-whole.ts";
import { openExecutor } from "../../runtime/training/choose.ts";
import { clip } from "../methods/clip.ts";
import { judgeRun, type RunReport } from "./judge-run.ts";
import { estimateStepBytes } from "../step/estimate-memory.ts";
import { prepareBase, prepareRun, type Prepared } from "./prepare.ts";
import type { RunPlan } from "./run-plan.ts";
import { writeTextEncoder } from "./text-encoder.ts";
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

/** Of the memory that is free now; the rest is for what cannot be foreseen. */
const usableShare = 0.8;
const smallestBatch = 8;

/** The plan with a batch that fits, kept before the first step so that a resumed run has the same. */
async function prepareFitting(
  plan: RunPlan,
  surroundings: Omit<TrainSurroundings, "openExecutor">,
): Promise<Prepared & { readonly notes: readonly string[] }> {
  const prepared = await prepareRun(plan, surroundings);
  const hasBegun = existsSync(join(surroundings.folder, "last.safetensors"));
  const needed = estimateStepBytes(prepared.step);
  const usable = usableShare * process.availableMemory();
  if (hasBegun || needed <= usable || plan.images <= smallestBatch) return { ...prepared, notes: [] };
  prepared.close();
  const images = Math.max(smallestBatch, Math.floor(plan.images / 2));
  const smaller: RunPlan = { ...plan, images, rate: (plan.rate * images) / plan.images };
  writeWhole(join(surroundings.folder, planName), JSON.stringify(smaller));
  const note = `A step of ${plan.images} pictures would take ${gigabytes(needed)} and ${gigabytes(usable)} can be used: ${images} are taken.`;
  const fitting = await prepareFitting(smaller, surroundings);
  return { ...fitting, notes: [note, ...fitting.notes] };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
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
