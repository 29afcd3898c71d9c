/**
 * @file What passes between the engine and the process that trains.
 */

export interface TrainRequest {
  readonly folder: string;
}

export interface TrainingProgress {
  readonly stage: "features" | "steps" | "judge";
  readonly done: number;
  readonly total: number;
}
