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
  const rest: number[] = [];
  for (let y = 0; y < larger.height; y++)
    for (let x = 0; x < larger.width; x++) {
      const u = affine[0] * (x + 0.5) + affine[1] * (y + 0.5) + affine[2];
      const v = affine[3] * (x + 0.5) + affine[4] * (y + 0.5) + affine[5];
      if (u < -slack || v < -slack || u > smaller.width + slack || v > smaller.height + slack)
        rest.push(larger.values[y * larger.width + x]);
    }
  if (rest.length < fewestPixels) return false;
  const middle = rest.sort((one, other) => one - other)[rest.length >> 1];
  return rest.filter((value) => Math.abs(value - middle) > alike).length <= mostOthers * rest.length;
}
