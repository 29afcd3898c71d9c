/**
 * @file Random directions that are others at each step, derived and not fed: a bank of them is turned by a fixed random rotation, so that a resumed run goes on
 * with the very same ones and nothing crosses into the executor.
 */
import type { Random } from "../../base/random.ts";
import type { Draft } from "../step/draft.ts";
import { unitRows } from "./unit-rows.ts";

/** [count, width] unit rows, without gradient. */
export function addDirections(draft: Draft, count: number, width: number, random: Random): string {
  const { operators, builder } = draft;
  const state = draft.state("directions", [count, width], () => unitRows(count, width, random));
  const rotation = builder.constant("float32", [width, width], [...randomRotation(width, random)]);
  draft.update(state, operators.normalise(operators.matMul(state, rotation)));
  return operators.detach(state);
}

/** [width, width] with orthonormal rows: random ones made so by Gram and Schmidt, twice for the sake of rounding. */
export function randomRotation(width: number, random: Random): Float64Array {
  const rows = Float64Array.from(unitRows(width, width, random));
  for (let row = 0; row < width; row++) {
    const own = rows.subarray(row * width, (row + 1) * width);
    for (let round = 0; round < 2; round++) {
      for (let earlier = 0; earlier < row; earlier++) {
        const other = rows.subarray(earlier * width, (earlier + 1) * width);
        let product = 0;
        for (let at = 0; at < width; at++) product += (own[at] as number) * (other[at] as number);
        for (let at = 0; at < width; at++) own[at] = (own[at] as number) - product * (other[at] as number);
      }
      const length = Math.hypot(...own);
      for (let at = 0; at < width; at++) own[at] = (own[at] as number) / length;
    }
  }
  return rows;
}
