import { describe, expect, test } from "vitest";

import { nearestNormal } from "#engine/outliers/nearest.ts";

import { slowNeighbours } from "../../reference/outliers.ts";

/** Points on a quarter circle, at `degrees`. */
function arc(degrees: readonly number[]) {
  const values = new Float32Array(degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]));
  return { count: degrees.length, dimensions: 2, values };
}

describe("nearestNormal", () => {
  test("a clump of odd ones is explained by normal ones, though its graph holds only itself", () => {
    // Rows 0-4 are odd and lie together; rows 5-9 are normal, row 9 nearest to the clump.
    const table = arc([80, 81, 82, 83, 84, 10, 20, 30, 40, 50]);
    const ranks = Float64Array.from([1, 1, 1, 1, 1, 0, 0.1, 0.2, 0.3, 0.4]);
    const nearest = nearestNormal({ table, graph: slowNeighbours(table, 4), ranks });
    for (let row = 0; row < 5; row++) expect([...nearest.subarray(3 * row, 3 * row + 3)]).toEqual([9, 8, 7]);
    expect([...nearest.subarray(15, 18)]).toEqual([6, 7, 8]);
    expect([...nearest.subarray(27, 30)]).toEqual([8, 7, 6]);
  });

  test("where too few are normal, odd neighbours fill up; where there are too few others, -1", () => {
    const table = arc([0, 10, 25, 60]);
    const graph = slowNeighbours(table, 3);
    expect([...nearestNormal({ table, graph, ranks: Float64Array.from([0, 1, 1, 0.5]) })].slice(0, 3)).toEqual([3, 1, 2]);
    const pair = arc([0, 10]);
    expect([...nearestNormal({ table: pair, graph: slowNeighbours(pair, 3), ranks: Float64Array.from([0, 1]) })]).toEqual([
      1, -1, -1, 0, -1, -1,
    ]);
  });
});
