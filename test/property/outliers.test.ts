import fc from "fast-check";
import { expect, test } from "vitest";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { scoreOutliers, type OutlierScores } from "#engine/outliers/score.ts";
import { findIssues } from "#engine/outliers/issues.ts";
import type { ContentMetrics } from "#engine/outliers/metrics.ts";

import { slowNeighbours } from "../reference/outliers.ts";

/** A collection with groups of duplicates: exact copies, group numbers at random, some rows in none. */
const collections = fc
  .record({
    distinct: fc.integer({ min: 0, max: 60 }),
    copies: fc.integer({ min: 0, max: 40 }),
    dimensions: fc.integer({ min: 2, max: 6 }),
    seed: fc.integer(),
    large: fc.boolean(),
  })
  .map(({ distinct, copies, dimensions, seed, large }) => {
    const random = createRandom(seed);
    const own = distinct + (large ? 250 : 0);
    const rows: number[][] = [];
    const groups: number[] = [];
    for (let index = 0; index < own; index++) {
      rows.push(Array.from({ length: dimensions }, (_, column) => random.normal() + (column === 0 ? 3 : 0)));
      groups.push(-1);
    }
    for (let copy = 0; copy < copies && own > 0; copy++) {
      const of = random.below(Math.min(own, 5));
      groups[of] = of * 10;
      rows.push(rows[of]!);
      groups.push(of * 10);
    }
    const values = new Float32Array(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))));
    return { table: { count: rows.length, dimensions, values }, groups: Int32Array.from(groups), distinct: own };
  });

function score(table: VectorTable, groups: Int32Array): OutlierScores {
  return scoreOutliers({ table, graph: slowNeighbours(table, 32), groups, light: null, seed: 1, neighbours: slowNeighbours });
}

test("scores are finite, percentiles follow the order of the scores, reasons are others of other groups", () => {
  fc.assert(
    fc.property(collections, ({ table, groups, distinct }) => {
      const { scores, percentiles, nearest } = score(table, groups);
      expect(scores.length).toBe(table.count);
      for (let row = 0; row < table.count; row++) {
        expect(Number.isFinite(scores[row])).toBe(true);
        expect(percentiles[row]).toBeGreaterThanOrEqual(0);
        expect(percentiles[row]).toBeLessThanOrEqual(100);
        const named = [...nearest.subarray(3 * row, 3 * row + 3)].filter((other) => other !== -1);
        expect(named.length).toBe(Math.min(3, distinct - 1));
        expect(new Set(named).size).toBe(named.length);
        for (const other of named) {
          expect(other).not.toBe(row);
          expect(groups[row]! >= 0 && groups[other] === groups[row]).toBe(false);
        }
      }
      const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
      for (let at = 1; at < order.length; at++) expect(percentiles[order[at]!]).toBeGreaterThanOrEqual(percentiles[order[at - 1]!]!);
    }),
    { numRuns: 40 },
  );
});

test("members of a group share score and percentile; the same input gives the same answer", () => {
  fc.assert(
    fc.property(collections, ({ table, groups }) => {
      const first = score(table, groups);
      expect(score(table, groups)).toEqual(first);
      groups.forEach((group, row) => {
        if (group < 0) return;
        const leader = groups.indexOf(group);
        expect(first.scores[row]).toBe(first.scores[leader]);
        expect(first.percentiles[row]).toBe(first.percentiles[leader]);
      });
    }),
    { numRuns: 20 },
  );
});

test("copies change the score of nothing in a small collection that sees all its neighbours", () => {
  fc.assert(
    fc.property(
      collections.filter(({ distinct, table }) => distinct > 1 && table.count <= 33),
      ({ table, groups, distinct }) => {
        const alone = { count: distinct, dimensions: table.dimensions, values: table.values.slice(0, distinct * table.dimensions) };
        const merged = score(table, groups);
        const plain = score(alone, new Int32Array(distinct).fill(-1));
        for (let row = 0; row < distinct; row++) expect(merged.scores[row]).toBeCloseTo(plain.scores[row]!, 5);
      },
    ),
    { numRuns: 40 },
  );
});

const grey = fc.double({ min: 0, max: 255, noNaN: true });
const contents: fc.Arbitrary<ContentMetrics> = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
  quality: fc.record({
    sharpness: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    blurEffect: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    brightness: fc
      .array(grey, { minLength: 5, maxLength: 5 })
      .map((values) => values.sort((a, b) => a - b) as [number, number, number, number, number]),
    contrast: fc.double({ min: 0, max: 127.5, noNaN: true }),
    peakSaturation: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
});

test("issues: one of a kind at most, finite, and the order of the contents is of no account", () => {
  fc.assert(
    fc.property(fc.array(contents, { maxLength: 30 }), (given) => {
      const issues = findIssues(given);
      for (const { value, threshold } of issues) expect(Number.isFinite(value) && Number.isFinite(threshold)).toBe(true);
      expect(new Set(issues.map(({ index, kind }) => `${index} ${kind}`)).size).toBe(issues.length);
      const key = ({ index, ...issue }: (typeof issues)[number], all: readonly ContentMetrics[]): string =>
        JSON.stringify([all[index], issue]);
      const reversed = [...given].reverse();
      expect(
        findIssues(reversed)
          .map((issue) => key(issue, reversed))
          .sort(),
      ).toEqual(issues.map((issue) => key(issue, given)).sort());
    }),
    { numRuns: 200 },
  );
});
