/**
 * @file What a run told while it went on, read from where the last reading ended. A run that was killed tells the steps after its checkpoint again, in the very
 * same bytes; a run that began anew has a shorter file, and is read from the start.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

import type { RunMetrics } from "#protocol/training.ts";

import type { RunPlan } from "../../training/trainer/run-plan.ts";
import { evaluationsName, metricsName, stepsName, type Evaluation, type StepRecord } from "../../training/trainer/train.ts";

/** @param folder of the run  @param after bytes that were read before */
export function readRunMetrics(folder: string, after: number, plan: Pick<RunPlan, "steps"> | null, viewsPerStep: number): RunMetrics {
  const { text, from, to } = tailOf(join(folder, metricsName), after);
  const records = linesOf<StepRecord>(text);
  const looks = readLooks(folder);
  const column = (read: (look: Evaluation) => number): Float32Array => Float32Array.from(looks, read);
  return {
    after: to,
    again: from < after,
    steps: Int32Array.from(records, ({ step }) => step),
    loss: Float32Array.from(records, ({ loss }) => loss),
    rate: Float32Array.from(records, ({ rate }) => rate),
    gradientNorm: Float32Array.from(records, ({ gradientNorm }) => gradientNorm),
    looks: {
      steps: Int32Array.from(looks, ({ step }) => step),
      viewRetrieval: column(({ metrics }) => metrics.viewRetrieval),
      alignment: column(({ metrics }) => metrics.alignment),
      uniformity: column(({ metrics }) => metrics.uniformity),
      neighboursKept: column(({ metrics }) => metrics.neighboursKept),
      weakLabelKnn: column(({ metrics }) => metrics.weakLabelKnn ?? Number.NaN),
    },
    totalSteps: totalOf(folder) ?? plan?.steps ?? 0,
    viewsPerStep,
  };
}

/** Looks at the probe so far. @param folder of the run */
export function readLooks(folder: string): Evaluation[] {
  const path = join(folder, evaluationsName);
  return linesOf<Evaluation>(existsSync(path) ? readFileSync(path, "utf8") : "");
}

function totalOf(folder: string): number | null {
  const path = join(folder, stepsName);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { steps: number }).steps : null;
}

/** Whole lines behind `after`; from the start where the file has become shorter. */
function tailOf(path: string, after: number): { text: string; from: number; to: number } {
  if (!existsSync(path)) return { text: "", from: 0, to: 0 };
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const from = size < after ? 0 : after;
    const bytes = Buffer.alloc(size - from);
    const read = readSync(descriptor, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, read).lastIndexOf(10) + 1;
    return { text: bytes.toString("utf8", 0, end), from, to: from + end };
  } finally {
    closeSync(descriptor);
  }
}

function linesOf<T>(text: string): T[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as T];
    } catch {
      // The last line of a process that was killed.
      return [];
    }
  });
}
