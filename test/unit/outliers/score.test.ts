import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { lightTable, type LightMetrics } from "#engine/outliers/light.ts";
import { scoreOutliers, type OutlierScores } from "#engine/outliers/score.ts";

import { auroc, slowNeighbours } from "../../reference/outliers.ts";

const dimensions = 16;

/** `count` unit vectors around axis 0, then `odd` ones around axis 1 (all alike) or around axes of their own. */
function makeTable(input: { count: number; odd: number; alike?: boolean; seed?: number; oddSpread?: number }): VectorTable {
  const random = createRandom(input.seed ?? 5);
  const rows: number[][] = [];
  for (let index = 0; index < input.count + input.odd; index++) {
    const isOdd = index >= input.count;
    const axis = !isOdd ? 0 : input.alike ? 1 : 1 + ((index - input.count) % (dimensions - 1));
    const spread = isOdd ? (input.oddSpread ?? 0.15) : 0.15;
    rows.push(Array.from({ length: dimensions }, (_, column) => (column === axis ? 1 : 0) + spread * random.normal()));
  }
  return tableOf(rows);
}

function tableOf(rows: readonly (readonly number[])[]): VectorTable {
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, index) => {
    const length = Math.hypot(...row);
    row.forEach((value, column) => (values[index * dimensions + column] = value / length));
  });
  return { count: rows.length, dimensions, values };
}

function score(table: VectorTable, groups = new Int32Array(table.count).fill(-1), k = 32): OutlierScores {
  return scoreOutliers({ table, graph: slowNeighbours(table, k), groups, light: null, seed: 3, neighbours: slowNeighbours });
}

function oddestFirst(scores: Float32Array): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
}

describe("scoreOutliers", () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
  ])("works on %i + %i images", (count, odd) => {
    const table = makeTable({ count, odd });
    const { scores, percentiles, nearest } = score(table);
    expect([scores.length, percentiles.length, nearest.length]).toEqual([table.count, table.count, 3 * table.count]);
    expect([...scores, ...percentiles].every(Number.isFinite)).toBe(true);
    for (let row = 0; row < table.count; row++) {
      const named = [...nearest.subarray(3 * row, 3 * row + 3)].filter((other) => other >= 0);
      expect(new Set(named).size).toBe(Math.min(3, table.count - 1));
      expect(named).not.toContain(row);
    }
  });

  test.each([10, 24, 60, 249, 250, 400])("the odd ones among %i come first", (count) => {
    const table = makeTable({ count: count - 3, odd: 3 });
    const { scores, percentiles, method } = score(table);
    expect(
      oddestFirst(scores)
        .slice(0, 3)
        .sort((a, b) => a - b),
    ).toEqual([count - 3, count - 2, count - 1]);
    // 100, or a little below where two images share the first place.
    expect(Math.max(...percentiles)).toBeGreaterThan(100 - 100 / count);
    expect(method).toContain(count < 250 ? "mean cosine distance" : "at home among its nearest");
  });

  test("16 alike do not hide each other among 500", () => {
    const table = makeTable({ count: 500, odd: 16, alike: true, oddSpread: 0.03 });
    const odd = Array.from({ length: table.count }, (_, row) => row >= 500);
    expect(auroc(score(table).scores, odd)).toBeGreaterThan(0.98);
  });

  test("40 copies of an odd picture do not hide it, nor a pair: they count as one and share its score", () => {
    const plain = makeTable({ count: 300, odd: 2 });
    const rowOf = (row: number): number[] => [...plain.values.subarray(row * dimensions, (row + 1) * dimensions)];
    const rows = Array.from({ length: 302 }, (_, row) => rowOf(row));
    // 39 more copies of row 300, one more of row 301.
    const table = tableOf([...rows, ...Array.from({ length: 39 }, () => rowOf(300)), rowOf(301)]);
    const groups = new Int32Array(table.count).fill(-1);
    for (let row = 302; row < 341; row++) groups[row] = 7;
    groups[300] = 7;
    groups[301] = groups[341] = 4;

    const merged = score(table, groups);
    expect(merged.percentiles[300]! + merged.percentiles[301]!).toBeGreaterThan(199);
    expect(new Set([300, ...Array.from({ length: 39 }, (_, index) => 302 + index)].map((row) => merged.scores[row])).size).toBe(1);
    expect(merged.scores[341]).toBe(merged.scores[301]);
    for (const row of [300, 302, 340]) for (const other of merged.nearest.subarray(3 * row, 3 * row + 3)) expect(groups[other]).not.toBe(7);
    // The same pictures without their copies are scored the same.
    const alone = score(plain);
    for (let row = 0; row < plain.count; row++) expect(merged.scores[row]).toBeCloseTo(alone.scores[row]!, 6);
    // Without the groups, the copies do hide it among ordinary ones: this is what merging is for.
    expect(score(table).percentiles[300]).toBeLessThan(95);
  });

  test("a few pairs of copies are struck out of the graph without a new search", () => {
    const table = makeTable({ count: 300, odd: 3 });
    const groups = new Int32Array(303).fill(-1);
    groups[10] = groups[20] = 0;
    groups[11] = groups[21] = 1;
    const searched: [count: number, k: number][] = [];
    const neighbours = (vectors: VectorTable, k: number) => {
      searched.push([vectors.count, k]);
      return slowNeighbours(vectors, k);
    };
    const { scores, nearest } = scoreOutliers({ table, graph: slowNeighbours(table, 32), groups, light: null, seed: 3, neighbours });
    // Far neighbours only, plain and whitened; not the 32 again.
    expect(searched).toEqual([
      [301, 60],
      [301, 60],
    ]);
    expect(scores[20]).toBe(scores[10]);
    for (let row = 0; row < 303; row++) {
      const named = [...nearest.subarray(3 * row, 3 * row + 3)];
      expect(named.filter((other) => other === 20 || other === 21)).toEqual([]);
    }
  });

  test("the nearest normal ones are the nearest: agrees with comparing all", () => {
    const table = makeTable({ count: 300, odd: 20 });
    const { percentiles, nearest } = score(table);
    const all = slowNeighbours(table, table.count - 1);
    for (let row = 0; row < table.count; row++) {
      const expected = [...all.indices.subarray(row * all.k, (row + 1) * all.k)].filter((other) => percentiles[other]! <= 90).slice(0, 3);
      expect([...nearest.subarray(3 * row, 3 * row + 3)]).toEqual(expected);
    }
  });

  test("equal images share the middle of the percentiles", () => {
    const table = tableOf(Array.from({ length: 30 }, () => [1, ...Array.from({ length: dimensions - 1 }, () => 0)]));
    expect([...score(table).percentiles]).toEqual(Array.from({ length: 30 }, () => 50));
  });

  test("300 equal images and one other: finite, and the other first", () => {
    const axis = (at: number): number[] => Array.from({ length: dimensions }, (_, column) => (column === at ? 1 : 0));
    const { scores, percentiles } = score(tableOf([...Array.from({ length: 300 }, () => axis(0)), axis(1)]));
    expect([...scores].every(Number.isFinite)).toBe(true);
    expect(percentiles[300]).toBe(100);
  });

  test("blocks: 3,100 images are scored in three, every row in one, and the odd ones still come first", () => {
    const table = makeTable({ count: 3090, odd: 10 });
    const sizes: number[] = [];
    // Neighbours among the first 200 rows of what is asked stand for the rest, so that the test stays fast; the odd rows are far from all of them.
    const neighbours = (vectors: VectorTable, k: number) => {
      sizes.push(vectors.count);
      return sparseNeighbours(vectors, k);
    };
    const input = {
      table,
      graph: sparseNeighbours(table, 32),
      groups: new Int32Array(table.count).fill(-1),
      light: null,
      seed: 3,
      neighbours,
    };
    const { scores, method } = scoreOutliers(input);
    expect(sizes).toEqual([1033, 1033, 1033, 1033, 1034, 1034]); // as they are, and whitened
    expect(method).toContain("in 3 random blocks");
    expect(
      auroc(
        scores,
        Array.from({ length: table.count }, (_, row) => row >= 3090),
      ),
    ).toBeGreaterThan(0.99);
    expect(scoreOutliers(input).scores).toEqual(scores);
  });

  test("stops when asked, reports rising progress, refuses tables that do not fit", () => {
    const table = makeTable({ count: 300, odd: 2 });
    const graph = slowNeighbours(table, 32);
    const input = { table, graph, groups: new Int32Array(302).fill(-1), light: null, seed: 1, neighbours: slowNeighbours };
    expect(() => scoreOutliers(input, { signal: AbortSignal.abort() })).toThrow(CancellationError);
    const stop = new AbortController();
    expect(() =>
      scoreOutliers({ ...input, neighbours: (vectors, k) => (stop.abort(), slowNeighbours(vectors, k)) }, { signal: stop.signal }),
    ).toThrow(CancellationError);
    const seen: number[] = [];
    scoreOutliers(input, { onProgress: (done, total) => (expect(total).toBe(302), seen.push(done)) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(302);
    expect(() => scoreOutliers({ ...input, groups: new Int32Array(3) })).toThrow(BugError);
    expect(() => scoreOutliers({ ...input, light: lightTable([null]) })).toThrow("1 rows of light");
  });

  test("light tells foreigners that the vectors do not, alone and as a clump; copies count as one there too", () => {
    const table = makeTable({ count: 600, odd: 0 });
    const random = createRandom(9);
    const metrics = (dark: boolean): LightMetrics => {
      const middle = (dark ? 30 : 120) + 10 * random.normal();
      return {
        brightness: [middle - 30, middle - 20, middle, middle + 20, middle + 30],
        meanBrightness: middle,
        contrast: (dark ? 4 : 40) + 4 * random.normal(),
        entropy: (dark ? 4 : 7) + 0.3 * random.normal(),
        saturation: (dark ? 0 : 0.3) + 0.02 * random.normal(),
        peakSaturation: (dark ? 0 : 0.8) + 0.02 * random.normal(),
        sharpness: 500 * Math.exp(random.normal()),
        blurEffect: null,
      };
    };
    const graph = slowNeighbours(table, 32);
    const scored = (darkOnes: number, copies = 0): { scores: Float32Array; odd: boolean[]; method: string } => {
      const odd = Array.from({ length: table.count }, (_, row) => row < darkOnes);
      const pictures = odd.map(metrics);
      const groups = Int32Array.from(odd, (_, row) => (row > 0 && row <= copies ? 0 : -1));
      if (copies > 0) groups[0] = 0;
      const input = { table, graph, groups, seed: 3, neighbours: slowNeighbours };
      const { scores, method } = scoreOutliers({ ...input, light: lightTable(pictures) });
      const withoutLight = scoreOutliers({ ...input, light: null });
      expect(auroc(withoutLight.scores, odd)).toBeLessThan(0.75);
      expect(withoutLight.method).not.toContain("light");
      return { scores, odd, method };
    };
    const { scores, odd, method } = scored(3);
    expect(auroc(scores, odd)).toBeGreaterThan(0.97);
    expect(method).toContain("by light neighbours 5-20");
    const clump = scored(16);
    expect(auroc(clump.scores, clump.odd)).toBeGreaterThan(0.97);
    const copied = scored(3, 2);
    expect(new Set(copied.scores.subarray(0, 3)).size).toBe(1);
    expect(auroc(copied.scores, copied.odd)).toBeGreaterThan(0.97);
  });
});

/** Nearest among the first 200 rows. */
function sparseNeighbours(table: VectorTable, k: number) {
  const indices = new Int32Array(table.count * k);
  const similarities = new Float32Array(table.count * k);
  for (let row = 0; row < table.count; row++) {
    const found: { other: number; similarity: number }[] = [];
    for (let other = 0; other < 200; other++) {
      if (other === row) continue;
      let similarity = 0;
      for (let index = 0; index < dimensions; index++)
        similarity += table.values[row * dimensions + index]! * table.values[other * dimensions + index]!;
      found.push({ other, similarity });
    }
    found.sort((a, b) => b.similarity - a.similarity);
    found.slice(0, k).forEach(({ other, similarity }, rank) => {
      indices[row * k + rank] = other;
      similarities[row * k + rank] = similarity;
    });
  }
  return { count: table.count, k, indices, similarities };
}
