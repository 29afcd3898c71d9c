/**
 * @file Measurements without a collection, each loaded only when it is asked for: what `likeness bench` and test/bench stand on.
 */
import { availableParallelism } from "node:os";

import { systemClock } from "./base/clock.ts";
import { parseShownPath } from "./base/path-bytes.ts";
import { entryPath } from "./base/resources.ts";
import { createChildPool } from "./children/child-pool.ts";
import { spawnWithChildProcess } from "./children/spawn-child-process.ts";
import type { DuplicatesTimes } from "./stages/bench/bench-duplicates.ts";
import type { MapTimes } from "./stages/bench/bench-vectors.ts";
import type { BenchRequest, BenchResult } from "./training/bench/bench-training.ts";

/** Measures training on this machine, without a collection. */
export async function benchTraining(request: Omit<BenchRequest, "threads" | "clock" | "onStep">): Promise<BenchResult> {
  const { benchTraining: bench } = await import("./training/bench/bench-training.ts");
  return bench({ ...request, threads: availableParallelism(), clock: systemClock, onStep: () => undefined });
}

/** Exact neighbours of the vectors in a .npy file, written into another. */
export async function benchNeighbours(request: { input: string; out: string; k: number }): Promise<{ seconds: number }> {
  const { benchNeighbours: bench } = await import("./stages/bench/bench-vectors.ts");
  return bench({ ...request, clock: systemClock });
}

/** A map of the vectors in a .npy file, written into another. */
export async function benchMap(request: { input: string; out: string; seed: number }): Promise<MapTimes> {
  const { benchMap: bench } = await import("./stages/bench/bench-vectors.ts");
  return bench({ ...request, clock: systemClock });
}

/** A search for duplicates in a folder, without a collection. `folder` is in shown form. */
export async function benchDuplicates(folder: string): Promise<DuplicatesTimes> {
  const { benchDuplicates: bench } = await import("./stages/bench/bench-duplicates.ts");
  const children = createChildPool({ size: availableParallelism(), spawn: spawnWithChildProcess(entryPath("pixel-child")) });
  try {
    return await bench({ folder: parseShownPath(folder), children, clock: systemClock });
  } finally {
    await children.close();
  }
}
