/**
 * @file shiftSums in TypeScript: the normal equations of the shift that takes one plane to another to first order (Lucas and Kanade 1981), by the slopes of both over two pixels. Sums are taken in four lanes, by
 * the column's place among four.
 */
import { ArgumentCheck } from "../kernel-error.ts";
import { lanesTogether, longestPlane, slopeOfBoth } from "./plane-tiles.ts";

export interface ShiftSumsArguments {
  /** [height, width] each. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly width: number;
  readonly height: number;
  /** [5] of slopes across squared, across times down, down squared, and of each times the difference of the planes; filled. The rim is left out. */
  readonly sums: Float64Array;
}

export function shiftSums(given: ShiftSumsArguments): void {
  const check = new ArgumentCheck("shiftSums", given);
  const width = check.integer("width", 1, longestPlane);
  const height = check.integer("height", 1, longestPlane);
  const first = check.array("first", "Float32Array", width * height);
  const second = check.array("second", "Float32Array", width * height);
  const sums = check.array("sums", "Float64Array", 5);
  const lanes = Array.from(sums, () => new Float64Array(4)) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const [xx, xy, yy, xd, yd] = lanes;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const lane = (x - 1) & 3;
      const difference = Math.fround((second[at] as number) - (first[at] as number));
      const across = slopeOfBoth(first, second, at - 1, at + 1);
      const down = slopeOfBoth(first, second, at - width, at + width);
      xx[lane] = (xx[lane] as number) + across * across;
      xy[lane] = (xy[lane] as number) + across * down;
      yy[lane] = (yy[lane] as number) + down * down;
      xd[lane] = (xd[lane] as number) + across * difference;
      yd[lane] = (yd[lane] as number) + down * difference;
    }
  sums.set(lanes.map(lanesTogether));
}
