import { describe, expect, test } from "vitest";

import type { NeighbourGraph } from "#engine/base/neighbour-graph.ts";
import { createRandom, shuffle, type Random } from "#engine/base/random.ts";
import type { CandidatePair } from "#engine/duplicates/types.ts";
import { changedOutliers, oddestOf } from "#engine/stages/comparison/changed-outliers.ts";
import { changedPairs } from "#engine/stages/comparison/changed-pairs.ts";
import { findMoves, neighboursKept, typicalDistance } from "#engine/stages/comparison/moved.ts";

const noGroups = (count: number): Int32Array => new Int32Array(count).fill(-1);

function randomGraph(count: number, k: number, random: Random): NeighbourGraph {
  const indices = new Int32Array(count * k);
  for (let row = 0; row < count; row++) {
    const others = shuffle(
      Array.from({ length: count }, (_, other) => other).filter((other) => other !== row),
      random,
    );
    indices.set(others.slice(0, k), row * k);
  }
  return { count, k, indices, similarities: new Float32Array(count * k) };
}

describe("neighbours kept", () => {
  test("the same as counting sets, for graphs of different widths", () => {
    const random = createRandom(3);
    for (let draw = 0; draw < 20; draw++) {
      const count = 8 + random.below(30);
      const k = 1 + random.below(9);
      const [before, after] = [randomGraph(count, 5 + random.below(3), random), randomGraph(count, 5 + random.below(3), random)];
      const kept = neighboursKept(before, after, k);
      const width = Math.min(k, before.k, after.k);
      for (let row = 0; row < count; row++) {
        const [one, other] = [before, after].map(({ k: own, indices }) => [...indices.slice(row * own, row * own + width)]);
        const union = new Set([...one, ...other]);
        expect(kept[row]).toBeCloseTo(one.filter((each) => other.includes(each)).length / union.size, 6);
      }
    }
  });
});

describe("moves", () => {
  const random = createRandom(8);
  const count = 200;
  const places = Float32Array.from({ length: 2 * count }, () => 10 * random.normal());
  const [before, other] = [randomGraph(count, 12, random), randomGraph(count, 12, random)];

  test("the unit is the root mean squared distance of two pictures", () => {
    let sum = 0;
    for (let one = 0; one < count; one++)
      for (let two = 0; two < count; two++)
        sum += (places[2 * one] - places[2 * two]) ** 2 + (places[2 * one + 1] - places[2 * two + 1]) ** 2;
    expect(typicalDistance(places)).toBeCloseTo(Math.sqrt(sum / count ** 2), 4);
  });

  test("who moved far with the same neighbours, or exchanged neighbours without moving, is not listed", () => {
    const after = places.slice();
    const again = places.map((value) => value + 0.05 * random.normal());
    const changed: NeighbourGraph = { ...before, indices: before.indices.slice() };
    // 0: far, and other neighbours; 1: far only; 2: other neighbours only; 3: a shorter way, and other neighbours.
    for (const [row, way] of [
      [0, 30],
      [1, 30],
      [3, 10],
    ] as const)
      after[2 * row] += way;
    for (const row of [0, 2, 3]) changed.indices.set(other.indices.subarray(row * 12, (row + 1) * 12), row * 12);
    const moves = findMoves({
      before,
      after: changed,
      k: 10,
      places: { before: places, after, again },
      groups: noGroups(count),
      limit: 24,
    });
    expect([...moves.most]).toEqual([0, 3]);
    expect(moves.distances[0]).toBeCloseTo(30 / typicalDistance(places), 5);
    expect([moves.kept[1], moves.typical]).toEqual([1, 0]);
    const chance = Array.from(
      { length: count },
      (_, row) => Math.hypot(again[2 * row] - places[2 * row], again[2 * row + 1] - places[2 * row + 1]) / typicalDistance(places),
    ).sort((a, b) => a - b);
    expect(moves.chance.reach).toBeCloseTo(chance[189], 5);
    expect(moves.chance.typical).toBeCloseTo(chance[99], 5);
  });

  test("of copies one is listed, and the list is as long as asked", () => {
    const after = places.map((value, at) => value + (at % 2 === 0 ? 20 + at : 0));
    const groups = noGroups(count);
    for (const row of [197, 198, 199]) groups[row] = 197;
    const moves = findMoves({ before, after: other, k: 10, places: { before: places, after, again: places }, groups, limit: 6 });
    expect(moves.most).toHaveLength(6);
    expect([...moves.most].filter((row) => row >= 197)).toHaveLength(1);
  });
});

describe("outliers that changed", () => {
  test("the same as sorting and comparing sets; as many joined as left", () => {
    const random = createRandom(5);
    for (const count of [0, 3, 4, 12, 90, 400, 3000]) {
      const before = Float32Array.from({ length: count }, () => random.unit());
      const after = before.map((score) => (random.unit() < 0.3 ? random.unit() : score));
      const { count: oddest, joined, left } = changedOutliers(before, after, noGroups(count));
      expect(oddest).toBe(oddestOf(count));
      const top = (scores: Float32Array): number[] => [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, oddest);
      const [was, is] = [top(before), top(after)];
      expect(joined.map(({ row }) => row).sort()).toEqual(is.filter((row) => !was.includes(row)).sort());
      expect(left.map(({ row }) => row).sort()).toEqual(was.filter((row) => !is.includes(row)).sort());
      expect(joined).toHaveLength(left.length);
      for (const change of joined) expect(is.indexOf(change.row)).toBe(change.after - 1);
      const jumps = joined.map((change) => change.before / change.after);
      expect(jumps).toEqual([...jumps].sort((a, b) => b - a));
    }
  });

  test("copies have one place between them", () => {
    const groups = Int32Array.of(0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    const before = Float32Array.from({ length: 12 }, (_, row) => (row < 3 ? 1 : 0.9 - row / 100));
    const after = Float32Array.from({ length: 12 }, (_, row) => (row < 3 ? 0 : 0.9 - row / 100));
    const { count, joined, left } = changedOutliers(before, after, groups);
    expect(count).toBe(2);
    expect(left).toEqual([{ row: 0, before: 1, after: 10 }]);
    expect(joined).toEqual([{ row: 4, before: 3, after: 2 }]);
  });

  test("how many are looked at", () => {
    expect([0, 3, 8, 30, 200, 1000, 3000, 100_000].map(oddestOf)).toEqual([0, 0, 2, 3, 4, 20, 50, 50]);
  });
});

describe("pairs that changed", () => {
  const pair = (a: number, b: number, similarity: number): CandidatePair => ({
    a,
    b,
    reasons: ["embedding"],
    similarity,
    lookForScene: true,
    lookForEdits: false,
  });

  test("what both point to is no difference; the most alike come first; the limit is told", () => {
    const shared = [pair(0, 1, 0.9), pair(2, 9, 0.99)];
    const before = [...shared, pair(3, 4, 0.8), pair(5, 6, 0.95)];
    const after = [pair(0, 1, 0.7), { ...pair(2, 9, 0), reasons: ["hash" as const] }, pair(1, 7, 0.6), pair(1, 8, 0.91), pair(2, 3, 0.85)];
    const changed = changedPairs(before, after, 2);
    expect(changed.both).toBe(2);
    expect(changed.onlyBefore.map(({ a, b }) => [a, b])).toEqual([
      [5, 6],
      [3, 4],
    ]);
    expect(changed.onlyAfter.map(({ a, b }) => [a, b])).toEqual([
      [1, 8],
      [2, 3],
    ]);
    expect(changed.leftOut).toEqual({ before: 0, after: 1 });
  });
});
