/**
 * @file Many vectors at once, written where they are to lie: groups of uneven size under a few themes, each spread along directions of its own whose
 * strength falls like that of real embeddings (a power law), with a little noise in all directions. Seeded.
 */
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom, type Random } from "#engine/base/random.ts";

export interface ManyVectors {
  readonly count: number;
  readonly dimensions: number;
  readonly seed: number;
  readonly groups?: number;
}

const themes = 20;
const ownDirections = 24;
const stockSize = 1 << 18;

/** Unit rows in random order. */
export function manyVectors({ count, dimensions, seed, groups = Math.ceil(Math.sqrt(count)) }: ManyVectors): VectorTable {
  const random = createRandom(seed);
  const scale = 1 / Math.sqrt(dimensions);
  const rowsOf = (rows: number): Float32Array => Float32Array.from({ length: rows * dimensions }, () => scale * random.normal());
  const roots = rowsOf(themes);
  const centres = rowsOf(groups);
  const shared = rowsOf(4 * ownDirections);
  const firstDirection = Int32Array.from({ length: groups }, () => random.below(3 * ownDirections));
  // A normal number for each would take minutes at a million rows.
  const stock = Float32Array.from({ length: stockSize }, () => random.normal());
  const values = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const group = unevenly(random, groups);
    const own = values.subarray(row * dimensions, (row + 1) * dimensions);
    const root = (group % themes) * dimensions;
    const shift = random.below(stockSize - dimensions);
    for (let at = 0; at < dimensions; at++)
      own[at] = 0.7 * roots[root + at] + 0.6 * centres[group * dimensions + at] + 0.25 * scale * stock[shift + at];
    for (let direction = 0; direction < ownDirections; direction++) {
      const along = (0.6 * random.normal()) / (direction + 1) ** 0.6;
      const start = (firstDirection[group] + direction) * dimensions;
      for (let at = 0; at < dimensions; at++) own[at] += along * shared[start + at];
    }
    let squares = 0;
    for (const value of own) squares += value * value;
    const length = Math.sqrt(squares);
    for (let at = 0; at < dimensions; at++) own[at] /= length;
  }
  return { count, dimensions, values };
}

/** Small numbers more often: the first group is some ten times the middle one. */
function unevenly(random: Random, groups: number): number {
  return Math.floor(groups * random.unit() ** 1.7);
}
