/**
 * @file A run prepared with a batch that fits into memory: what a step will take is known before it runs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { writeWhole } from "../../base/write-whole.ts";
import { estimateStepBytes } from "../step/estimate-memory.ts";
import { prepareRun, type Prepared, type Surroundings } from "./prepare.ts";
import { planName, type RunPlan } from "./run-plan.ts";

/** Of the memory that is free now; the rest is for what cannot be foreseen. */
const usableShare = 0.8;
const smallestBatch = 8;

export interface Fitting extends Prepared {
  readonly notes: readonly string[];
  readonly stepBytes: number;
}

/**
 * The plan with a batch that fits, kept before the first step so that a resumed run has the same.
 * @param population as in `prepareRun`
 */
export async function prepareFitting(plan: RunPlan, surroundings: Surroundings, population = plan.training.length): Promise<Fitting> {
  const prepared = await prepareRun(plan, surroundings, population);
  const hasBegun = existsSync(join(surroundings.folder, "last.safetensors"));
  const stepBytes = estimateStepBytes(prepared.step);
  const usable = usableShare * process.availableMemory();
  if (hasBegun || stepBytes <= usable || plan.images <= smallestBatch) return { ...prepared, notes: [], stepBytes };
  prepared.close();
  const images = Math.max(smallestBatch, Math.floor(plan.images / 2));
  const smaller: RunPlan = { ...plan, images, rate: (plan.rate * images) / plan.images };
  writeWhole(join(surroundings.folder, planName), JSON.stringify(smaller));
  const note = `A step of ${plan.images} pictures would take ${gigabytes(stepBytes)} and ${gigabytes(usable)} can be used: ${images} are taken.`;
  const fitting = await prepareFitting(smaller, surroundings, population);
  return { ...fitting, notes: [note, ...fitting.notes] };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
