/**
 * @file What passes between the engine and the process that trains.
 */
import type { RunPlan } from "../../training/trainer/run-plan.ts";

export interface TrainRequest {
  readonly folder: string;
}

export interface TrainingProgress {
  readonly stage: "features" | "steps" | "judge";
  readonly done: number;
  readonly total: number;
}

/** A few seconds of a run, to learn how long the whole would take. */
export interface TrialRequest {
  /** With a sample of the pictures. */
  readonly plan: RunPlan;
  /** Pictures that the whole run would train on. */
  readonly population: number;
  /** Empty, and removed afterwards. */
  readonly folder: string;
}
