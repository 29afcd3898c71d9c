/**
 * @file Which pictures moved between two maps of the same pictures. Where a layout puts a picture is partly chance, so a move counts only together with what changed in
 * the vectors themselves: a picture ranks by its distance on the map times the share of its neighbours that it exchanged, and only where it moved farther than
 * nearly all pictures do when a map is laid out again from the very same vectors.
 */
import type { NeighbourGraph } from "../../base/neighbour-graph.ts";

export interface MovesInput {
  readonly before: NeighbourGraph;
  readonly after: NeighbourGraph;
  /** Neighbours of each that are compared. */
  readonly k: number;
  /** [n, 2] each, laid over each other. */
  readonly places: { readonly before: Float32Array; readonly after: Float32Array; readonly again: Float32Array };
  /** [n] number of a group of copies, -1 for none: of copies one is listed. */
  readonly groups: Int32Array;
  readonly limit: number;
}

export interface Moves {
  /** [n] how far each moved, in parts of the distance that two pictures typically lie apart. */
  readonly distances: Float32Array;
  /** [n] of the neighbours before and after together, the share that is in both. */
  readonly kept: Float32Array;
  /** Rows of those that moved most, the most first. */
  readonly most: Int32Array;
  /** Medians of the distances, and of those of a layout that nothing changed but chance; `reach` holds 19 of 20 of these. */
  readonly typical: number;
  readonly chance: { readonly typical: number; readonly reach: number };
}

export function findMoves({ before, after, k, places, groups, limit }: MovesInput): Moves {
  const unit = typicalDistance(places.before);
  const distances = distancesBetween(places.before, places.after, unit);
  const byChance = distancesBetween(places.before, places.again, unit);
  const kept = neighboursKept(before, after, k);
  const chance = { typical: quantile(byChance, 0.5), reach: quantile(byChance, 0.95) };
  const scores = distances.map((distance, row) => (distance > chance.reach ? distance * (1 - kept[row]) : 0));
  const listed = new Set<number>();
  const most = Array.from(scores.keys())
    .filter((row) => scores[row] > 0)
    .sort((one, other) => scores[other] - scores[one] || one - other)
    .filter((row) => groups[row] < 0 || (!listed.has(groups[row]) && listed.add(groups[row])))
    .slice(0, limit);
  return { distances, kept, most: Int32Array.from(most), typical: quantile(distances, 0.5), chance };
}

/** [n] Jaccard's index of the first k neighbours of each row in two graphs. */
export function neighboursKept(before: NeighbourGraph, after: NeighbourGraph, k: number): Float32Array {
  const width = Math.min(k, before.k, after.k);
  return Float32Array.from({ length: before.count }, (_, row) => {
    const first = new Set(before.indices.subarray(row * before.k, row * before.k + width));
    let shared = 0;
    for (const other of after.indices.subarray(row * after.k, row * after.k + width)) if (first.has(other)) shared++;
    return width === 0 ? 1 : shared / (2 * width - shared);
  });
}

/** The root of the mean squared distance of two points: sqrt(2) times that to their middle. */
export function typicalDistance(places: Float32Array): number {
  const count = places.length / 2;
  let [x, y, squares] = [0, 0, 0];
  for (let at = 0; at < places.length; at += 2) {
    x += places[at] / count;
    y += places[at + 1] / count;
  }
  for (let at = 0; at < places.length; at += 2) squares += ((places[at] - x) ** 2 + (places[at + 1] - y) ** 2) / count;
  return Math.sqrt(2 * squares);
}

function distancesBetween(one: Float32Array, other: Float32Array, unit: number): Float32Array {
  return Float32Array.from({ length: one.length / 2 }, (_, row) =>
    unit === 0 ? 0 : Math.hypot(one[2 * row] - other[2 * row], one[2 * row + 1] - other[2 * row + 1]) / unit,
  );
}

/** The smallest value that at least this share does not exceed; 0 of none. */
function quantile(values: Float32Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
