/**
 * @file Places of a picture that can be found again after a crop, a tilt or a change of size, each with 256 comparisons of brightness around it (native/twins/find-corners.ts). Upright: quarter turns and
 * mirror images are tried by the caller, a tilt of ten degrees is borne.
 */
import { loadKernels } from "#native/kernels.ts";

import { createRandom } from "../../base/random.ts";
import type { Plane } from "./plane.ts";

export interface Corners {
  readonly count: number;
  /** [count] in pixels of the largest plane. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [count, 8] 256 bits. */
  readonly bits: Int32Array;
}

export const wordsPerCorner = 8;
/** At four sizes, each 1.26 times smaller than the one before. */
const mostPerSize = Int32Array.of(130, 85, 50, 35);
const patchRadius = 14;
/** Least eigenvalue of the mean gradient's products: below it is noise. */
const leastStrength = 0.7;
const pattern = drawPattern();

export function findCorners({ width, height, values }: Plane, budget = mostPerSize): Corners {
  const most = budget.reduce((sum, value) => sum + value, 0);
  const found = { x: new Float32Array(most), y: new Float32Array(most), bits: new Int32Array(most * wordsPerCorner) };
  const count = loadKernels().findCorners({ luma: values, width, height, pattern, budget, leastStrength, ...found });
  return { count, x: found.x.subarray(0, count), y: found.y.subarray(0, count), bits: found.bits.subarray(0, count * wordsPerCorner) };
}

/** [256, 4] from (x, y) to (x, y): near the middle more often than far out. */
function drawPattern(): Int32Array {
  const random = createRandom(256);
  const offset = (): number => Math.round(Math.max(-patchRadius + 1, Math.min(patchRadius - 1, random.normal() * (patchRadius / 2.2))));
  return Int32Array.from({ length: 4 * 32 * wordsPerCorner }, offset);
}
