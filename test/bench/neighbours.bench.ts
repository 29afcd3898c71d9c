/**
 * @file Exact neighbours: median of three and GFLOP/s, native against the twin. Run alone on a quiet machine:
 *
 *     node test/bench/neighbours.bench.ts [--count 20000] [--threads N] [--smoke]
 *
 * The tables are seeded normal numbers: real embeddings cost the same, since every product is computed. Peak memory is the whole process's.
 */
import { availableParallelism } from "node:os";

import { createRandom } from "#engine/base/random.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { nativeVariants, typescriptKernels, type Kernels } from "#native/kernels.ts";

const dimensions = 384;
const k = 15;
const smoke = process.argv.includes("--smoke");
const count = option("--count", smoke ? 1000 : 20_000);
const threads = option("--threads", availableParallelism());
const twinCount = Math.min(count, smoke ? 200 : 2000);

console.log(`${threads} threads, ${dimensions} numbers, k = ${k}`);
for (const { level, kernels } of nativeVariants())
  measure(`native ${level}`, kernels, level === "scalar" ? Math.min(count, 10_000) : count);
for (const { level, kernels } of nativeVariants().slice(-1)) measure(`native ${level}`, kernels, twinCount);
measure("typescript", typescriptKernels("benchmark"), twinCount);
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);

function measure(name: string, kernels: Kernels, rows: number): void {
  const random = createRandom(7);
  const values = Float32Array.from({ length: rows * dimensions }, () => random.normal());
  for (let row = 0; row < rows; row++) {
    const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
    const size = Math.hypot(...vector);
    for (let at = 0; at < dimensions; at++) vector[at] = (vector[at] as number) / size;
  }
  let longestMs = 0;
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    let last = start;
    exactNeighbours({ count: rows, dimensions, values }, k, {
      kernels,
      threads,
      onProgress: () => {
        const now = performance.now();
        longestMs = Math.max(longestMs, now - last);
        last = now;
      },
    });
    const cpu = process.cpuUsage(cpuStart);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
  });
  const median = runs.sort((a, b) => a.seconds - b.seconds)[1] ?? { seconds: Number.NaN, cpuSeconds: Number.NaN };
  const gigaflop = (2 * rows * rows * dimensions) / 1e9;
  console.log(
    `${name.padEnd(14)} ${rows} rows: ${median.seconds.toFixed(2)} s, ${(gigaflop / median.seconds).toFixed(1)} GFLOP/s (${(gigaflop / median.cpuSeconds).toFixed(1)} per core-second), longest call ${longestMs.toFixed(0)} ms`,
  );
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
