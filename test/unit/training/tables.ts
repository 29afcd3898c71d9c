/**
 * @file Tables of vectors for the tests of training, and what is obvious about them.
 */
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, type Random } from "#engine/base/random.ts";

export function tableOf(rows: readonly (readonly number[])[]): VectorTable {
  return { count: rows.length, dimensions: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat()) };
}

export function rowsOf({ count, dimensions, values }: VectorTable): number[][] {
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * dimensions, (row + 1) * dimensions)]);
}

export function unit(row: readonly number[]): number[] {
  const length = Math.hypot(...row);
  return row.map((value) => value / length);
}

/** Unit vectors around a common direction, wide along the first axes and narrow along the last. */
export function coneTable(count: number, dimensions: number, seed = 1): VectorTable {
  const random = createRandom(seed);
  return tableOf(
    Array.from({ length: count }, () => unit(Array.from({ length: dimensions }, (_, column) => 1 + (2 / (column + 1)) * random.normal()))),
  );
}

/** `classes` clouds, `count` rows in turn; labels follow. */
export function cloudTable(given: { count: number; dimensions: number; classes: number; spread: number; seed?: number }): {
  table: VectorTable;
  labels: Int32Array;
} {
  const random = createRandom(given.seed ?? 1);
  const centres = Array.from({ length: given.classes }, () => gaussian(given.dimensions, random));
  const labels = Int32Array.from({ length: given.count }, (_, row) => row % given.classes);
  const rows = Array.from(labels, (label) => unit(centres[label].map((value) => value + given.spread * random.normal())));
  return { table: tableOf(rows), labels };
}

export function gaussian(dimensions: number, random: Random): number[] {
  return Array.from({ length: dimensions }, () => random.normal());
}

/** The generator of the golden values: s = (1664525 s + 1013904223) mod 2^32, value = 2 s / 2^32 - 1. */
export function goldenNumbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = Number((BigInt(state) * 1664525n + 1013904223n) % 4294967296n);
    return (2 * state) / 4294967296 - 1;
  });
}

/** The golden values' four pictures of three numbers in two views: b = a + half another draw, both made unit length. */
export function goldenViews(): { a: VectorTable; b: VectorTable } {
  const one = goldenNumbers(12, 1);
  const other = goldenNumbers(12, 2).map((value, at) => one[at] + 0.5 * value);
  const rows = (values: number[]): number[][] => [0, 3, 6, 9].map((start) => unit(values.slice(start, start + 3)));
  return { a: tableOf(rows(one)), b: tableOf(rows(other)) };
}
