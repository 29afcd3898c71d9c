import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { addCentroids } from "#engine/training/state/centroids.ts";

import { nearestCentroids } from "../../../reference/losses/contrastive.ts";
import { dot, meanRow, unit, unitAll, type Rows } from "../../../reference/losses/vectors.ts";
import { randomRows } from "../check-loss.ts";
import { rowsOf, statesOf } from "./run-state.ts";

const width = 3;

async function follow(
  steps: readonly Rows[],
  count: number,
  spread: number,
  rate = 0.25,
): Promise<{ centroids: number[][]; seeded: number }[]> {
  const states = await statesOf(steps, (draft, rows) =>
    addCentroids(draft, { count, width, rate, spread, random: createRandom(1) }).follow(rows),
  );
  return states.map((state) => ({
    centroids: rowsOf(state.get("clusters/centroids") as Float32Array, width),
    seeded: state.get("clusters/seeded")?.[0] as number,
  }));
}

function expectRows(found: Rows, expected: Rows): void {
  found.forEach((row, at) => row.forEach((value, place) => expect(value).toBeCloseTo(expected[at]?.[place] as number, 5)));
}

describe("clusters that follow training", () => {
  test("begin with the samples of the first batches, then move to the means of their members", async () => {
    const batches = [1, 2, 3, 4].map((seed) => unitAll(randomRows(4, width, seed)));
    const found = await follow(batches, 6, 1);
    // Six centroids from batches of four: two batches, the newest in front.
    expect(found.map(({ seeded }) => seeded)).toEqual([0, 4, 8, 8, 8]);
    let expected: number[][] = [...(batches[1] as number[][]), ...(batches[0] as number[][]).slice(0, 2)];
    expectRows(found[2]?.centroids as Rows, expected);
    for (const step of [2, 3]) {
      const batch = batches[step] as number[][];
      const members = nearestCentroids(batch, expected);
      expected = expected.map((centroid, at) => {
        const own = batch.filter((_, row) => members[row] === at);
        if (own.length === 0) return centroid;
        const middle = unit(meanRow(own));
        return unit(centroid.map((value, place) => 0.75 * value + 0.25 * (middle[place] as number)));
      });
      expectRows(found[step + 1]?.centroids as Rows, expected);
    }
  });

  test("wait until the batch has spread", async () => {
    const narrow = unitAll(randomRows(4, width, 1).map((row) => row.map((value) => 10 + value)));
    const wide = unitAll([
      [1, 0, 0],
      [-1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const cosines = narrow.flatMap((one, at) => narrow.slice(at + 1).map((other) => dot(one, other)));
    expect(Math.min(...cosines)).toBeGreaterThan(0.9);
    const found = await follow([narrow, narrow, wide, narrow], 4, 0.4);
    expect(found.map(({ seeded }) => seeded)).toEqual([0, 0, 0, 4, 4]);
    expectRows(found[2]?.centroids as Rows, found[0]?.centroids as Rows);
  });
});
