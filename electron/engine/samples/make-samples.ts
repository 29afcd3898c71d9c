/**
 * @file "Try the samples": a folder of pictures drawn on the spot, with what Likeness looks for planted among them: copies, resized and
 * re-encoded ones, outliers, a broken file. The same seed draws the same files; files that are there already are left alone, so an interrupted
 * run goes on where it stopped.
 */
import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { throwIfAborted } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import { planSamples, type PlannedSample } from "./plan.ts";

export interface SampleOptions extends StageOptions {
  readonly seed: number;
  /** How many files in all. */
  readonly count?: number;
}

/** Pictures drawn at once; libvips draws each in a thread of its own. */
const atOnce = 4;
/** The first picture's time: 1 May 2024, noon. */
const firstTakenMs = Date.UTC(2024, 4, 1, 12);

/** Draws the samples into `folder` (made where missing). Returns their paths relative to it. */
export async function makeSamples(folder: string, { seed, count = 240, signal, onProgress }: SampleOptions): Promise<string[]> {
  const plan = planSamples(seed, count);
  let next = 0;
  let done = 0;
  const painter = async (): Promise<void> => {
    while (next < plan.length) {
      throwIfAborted(signal);
      const index = next++;
      await writeSample(join(folder, (plan[index] as PlannedSample).path), plan[index] as PlannedSample, takenAt(seed, index));
      onProgress?.(++done, plan.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, painter));
  return plan.map(({ path }) => path);
}

async function writeSample(path: string, sample: PlannedSample, takenMs: number): Promise<void> {
  if (existsSync(path)) return;
  const bytes = await sample.draw();
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  writeFileSync(temporary, bytes);
  utimesSync(temporary, takenMs / 1000, takenMs / 1000);
  renameSync(temporary, path);
}

/** Some hours after the one before. */
function takenAt(seed: number, index: number): number {
  return firstTakenMs + index * 5 * 3_600_000 + createRandom(seed + index).below(3_600_000);
}
