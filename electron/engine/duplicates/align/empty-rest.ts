/** @file Is what only the larger of two pictures shows a frame, or the corners that a tilt left, rather than more of the scene? Then it is nothing to keep a picture for. */
import type { Affine } from "#protocol/affine.ts";

import type { Plane } from "./plane.ts";

/** Pixels around the smaller one that saving may have mixed with it. */
const slack = 2.5;
const fewestPixels = 40;
const alike = 10; // grey levels
const mostOthers = 0.06;

/** @param affine from pixels of the larger to pixels of the smaller */
export function isRestEmpty(larger: Plane, smaller: { readonly width: number; readonly height: number }, affine: Affine): boolean {
  const rest = new Float32Array(larger.values.length);
  let count = 0;
  for (let y = 0; y < larger.height; y++)
    for (let x = 0; x < larger.width; x++) {
      const u = affine[0] * (x + 0.5) + affine[1] * (y + 0.5) + affine[2];
      const v = affine[3] * (x + 0.5) + affine[4] * (y + 0.5) + affine[5];
      if (u < -slack || v < -slack || u > smaller.width + slack || v > smaller.height + slack)
        rest[count++] = larger.values[y * larger.width + x];
    }
  if (count < fewestPixels) return false;
  const sorted = rest.subarray(0, count).sort();
  const middle = sorted[count >> 1];
  let others = 0;
  for (const value of sorted) if (Math.abs(value - middle) > alike) others++;
  return others <= mostOthers * count;
}
