/**
 * @file The encoder that a run is judged against: the one it began with, or, where it began from nothing, the collection's own of then.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { EncoderId } from "#protocol/model.ts";

import { readEncoderCard } from "../../encoders/encoder-card.ts";
import { planName, type RunPlan } from "../../training/trainer/run-plan.ts";
import { tunePlanName, type TunePlan } from "../fewshot/tune-plan.ts";

/** Null where the run has no plan yet, or its encoder was removed since. @param folder of the run */
export function baselineOf(folder: string): EncoderId | null {
  const plan = readJson<RunPlan>(join(folder, planName)) ?? readJson<TunePlan>(join(folder, tunePlanName))?.plan ?? null;
  if (plan === null) return null;
  try {
    return readEncoderCard(plan.baseline).id as EncoderId;
  } catch {
    return null;
  }
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return null;
  }
}
