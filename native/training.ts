/**
 * @file Training programs of the native addon: memory, threads and steps that work on that memory (src/training). They have no TypeScript twin: where
 * the addon is not there, training runs through ONNX Runtime.
 */
import { loadNative } from "./load.ts";

/** What the addon hands out; closed by `trainingClose` or with the last reference. */
export type ProgramHandle = object;

export interface TrainingKernels {
  /** `steps`: one after the other, how many numbers follow and then those (electron/engine/runtime/training/native/steps.ts). */
  trainingOpen(given: { readonly bytes: number; readonly threads: number; readonly steps: Float64Array }): ProgramHandle;
  trainingWrite(given: { readonly program: ProgramHandle; readonly offset: number; readonly data: Uint8Array }): void;
  trainingRead(given: { readonly program: ProgramHandle; readonly offset: number; readonly data: Uint8Array }): void;
  /** Steps [from, to), off the calling thread. */
  trainingRun(given: { readonly program: ProgramHandle; readonly from: number; readonly to: number }): Promise<void>;
  /** Nanoseconds spent in each step so far. */
  trainingTimes(given: { readonly program: ProgramHandle; readonly times: Float64Array }): void;
  trainingClose(given: { readonly program: ProgramHandle }): void;
}

const names: readonly (keyof TrainingKernels)[] = [
  "trainingOpen",
  "trainingWrite",
  "trainingRead",
  "trainingRun",
  "trainingTimes",
  "trainingClose",
];

/** The kernels, or why there are none. */
export function loadTraining(): TrainingKernels | { readonly why: string } {
  const loaded = loadNative();
  if (loaded.exports === null) return { why: loaded.why };
  const missing = names.filter((name) => typeof loaded.exports[name] !== "function");
  if (missing.length > 0) return { why: `${loaded.path} is older than the sources: it lacks ${missing.join(", ")}` };
  return loaded.exports as unknown as TrainingKernels;
}
