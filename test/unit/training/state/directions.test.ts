import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { addDirections, randomRotation } from "#engine/training/state/directions.ts";

import { rowsOf, statesOf } from "./run-state.ts";

describe("directions", () => {
  test("a rotation: rows of unit length at right angles", () => {
    const rotation = randomRotation(9, createRandom(2));
    for (let one = 0; one < 9; one++)
      for (let other = 0; other <= one; other++) {
        let product = 0;
        for (let at = 0; at < 9; at++) product += (rotation[9 * one + at] as number) * (rotation[9 * other + at] as number);
        expect(product).toBeCloseTo(one === other ? 1 : 0, 12);
      }
  });

  test("are others at each step, of unit length, and lean no way over many steps", async () => {
    const steps = 200;
    const states = await statesOf(Array<number[][]>(steps).fill([[0]]), (draft) => addDirections(draft, 8, 5, createRandom(3)));
    const rows = states.map((state) => rowsOf(state.get("directions") as Float32Array, 5));
    for (const row of rows.at(-1) as number[][]) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
    const first = rows[0]?.[0] as number[];
    const closest = Math.max(
      ...rows.slice(1).map((each) => Math.abs((each[0] as number[]).reduce((sum, value, at) => sum + value * (first[at] as number), 0))),
    );
    expect(closest).toBeLessThan(0.9999);
    // The mean of u u^T of directions that lean no way is I / 5.
    for (let axis = 0; axis < 5; axis++) {
      const square = rows.flat().reduce((sum, row) => sum + (row[axis] as number) ** 2 / (rows.length * 8), 0);
      expect(Math.abs(square - 0.2)).toBeLessThan(0.08);
    }
  });
});
