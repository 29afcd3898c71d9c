/**
 * @file Vectors for tests and benchmarks of the map: classes under superclasses, each a Gaussian cloud of few dimensions in a space of many,
 * as embeddings of a photo folder are. Seeded.
 */
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, type Random } from "#engine/base/random.ts";

export interface ClassedVectors {
  readonly table: VectorTable;
  /** [count]: the class of each row. */
  readonly classes: Int32Array;
}

export interface DataShape {
  readonly count: number;
  readonly dimensions: number;
  readonly classes: number;
  /** Standard deviation inside a class along each of its own directions; classes lie about .6 from their superclass. */
  readonly spread?: number;
  readonly seed: number;
}

const superclasses = 8;
const ownDirections = 12;

export function classedVectors({ count, dimensions, classes, spread = 0.15, seed }: DataShape): ClassedVectors {
  const random = createRandom(seed);
  const roots = Array.from({ length: superclasses }, () => normals(dimensions, random));
  const centres = Array.from({ length: classes }, (_, index) =>
    normals(dimensions, random).map((value, at) => 0.6 * value + roots[index % superclasses][at]),
  );
  const directions = Array.from({ length: classes }, () => Array.from({ length: ownDirections }, () => normals(dimensions, random)));
  const rows: Float64Array[] = [];
  const labels = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const own = (labels[row] = random.below(classes));
    const vector = centres[own].map((value) => value + spread * random.normal());
    for (const direction of directions[own]) {
      const along = spread * random.normal();
      for (let at = 0; at < dimensions; at++) vector[at] += along * direction[at];
    }
    rows.push(vector);
  }
  return { table: unitTable(rows), classes: labels };
}

/** Rows made unit length. */
export function unitTable(rows: readonly ArrayLike<number>[]): VectorTable {
  const dimensions = rows[0]?.length ?? 1;
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, index) => {
    const length = Math.hypot(...Array.from(row));
    for (let at = 0; at < dimensions; at++) values[index * dimensions + at] = row[at] / length;
  });
  return { count: rows.length, dimensions, values };
}

/** The neighbour graph by sorting all pairs. */
export function slowGraph(table: VectorTable, wanted: number): NeighbourGraph {
  const { count, dimensions, values } = table;
  const k = Math.max(0, Math.min(wanted, count - 1));
  const indices = new Int32Array(count * k);
  const similarities = new Float32Array(count * k);
  for (let row = 0; row < count; row++) {
    const others: { item: number; similarity: number }[] = [];
    for (let item = 0; item < count; item++) {
      if (item === row) continue;
      let similarity = 0;
      for (let at = 0; at < dimensions; at++) similarity += values[row * dimensions + at] * values[item * dimensions + at];
      others.push({ item, similarity });
    }
    others.sort((one, two) => two.similarity - one.similarity || one.item - two.item);
    for (let rank = 0; rank < k; rank++) {
      indices[row * k + rank] = others[rank].item;
      similarities[row * k + rank] = others[rank].similarity;
    }
  }
  return { count, k, indices, similarities };
}

function normals(length: number, random: Random): Float64Array {
  return Float64Array.from({ length }, () => random.normal());
}
