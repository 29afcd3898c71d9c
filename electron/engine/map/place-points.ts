/**
 * @file Places for points that came after the map was laid out: the mean of where their neighbours lie, weighted by how strongly they belong together, as
 * UMAP starts new points (McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426, section 4). Nothing else moves.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { Random } from "../base/random.ts";
import { membershipsOf } from "./fuzzy-graph.ts";

export interface PlacingInput {
  readonly graph: NeighbourGraph;
  readonly table: VectorTable;
  /** [n, 2]: NaN where a point has no place. At least one has. */
  readonly coordinates: Float32Array;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}

/** So many placed neighbours count, as in the layout. */
const neighbours = 14;
/** Half of what lies between close points: what has the same neighbours must not lie on one spot. */
const offset = 0.05;

/** [n, 2]: the same coordinates with the holes filled. */
export function placePoints({ graph, table, coordinates, random, signal }: PlacingInput): Float32Array {
  const places = coordinates.slice();
  let waiting = Array.from({ length: graph.count }, (_, row) => row).filter((row) => !isPlaced(places, row));
  while (waiting.length > 0) {
    throwIfAborted(signal);
    // All that hang on what is placed already, at once: a result must not depend on the order of rows.
    const now = waiting.flatMap((row) => {
      const found = meanOfNeighbours(graph, places, row);
      return found === null ? [] : [{ row, ...found }];
    });
    // A class of its own, whose neighbours are all as new: its first one goes to the nearest of all, the others follow.
    if (now.length === 0) now.push({ row: waiting[0] as number, ...placeOfNearest(table, places, waiting[0] as number) });
    for (const { row, x, y } of now) {
      places[2 * row] = x + offset * random.normal();
      places[2 * row + 1] = y + offset * random.normal();
    }
    waiting = waiting.filter((row) => !isPlaced(places, row));
  }
  return places;
}

/**
 * The label that most of a point's neighbours have, by the same weights, for those without one.
 * @param labels [n]: `unknown` where a point has none yet
 */
export function labelByNeighbours(graph: NeighbourGraph, labels: Int32Array, unknown: number): Int32Array {
  const known = labels.slice();
  for (let waiting = rowsWith(known, unknown); waiting.length > 0; waiting = rowsWith(known, unknown)) {
    const now = waiting.map((row) => [row, heaviestLabel(graph, known, { row, unknown })] as const);
    const told = now.filter(([, label]) => label !== unknown);
    // Neighbours only of each other: they are no part of any cluster that is there.
    for (const [row, label] of told.length > 0 ? told : now) known[row] = label === unknown ? -1 : label;
  }
  return known;
}

function isPlaced(places: Float32Array, row: number): boolean {
  return !Number.isNaN(places[2 * row]);
}

function meanOfNeighbours(graph: NeighbourGraph, places: Float32Array, row: number): { x: number; y: number } | null {
  const { others, weights } = weighNeighbours(graph, row, (other) => isPlaced(places, other));
  if (others.length === 0) return null;
  let [x, y, sum] = [0, 0, 0];
  others.forEach((other, at) => {
    x += weights[at] * places[2 * other];
    y += weights[at] * places[2 * other + 1];
    sum += weights[at];
  });
  return { x: x / sum, y: y / sum };
}

function heaviestLabel(graph: NeighbourGraph, labels: Int32Array, { row, unknown }: { row: number; unknown: number }): number {
  const { others, weights } = weighNeighbours(graph, row, (other) => labels[other] !== unknown);
  const sums = new Map<number, number>();
  let best = unknown;
  others.forEach((other, at) => {
    const label = labels[other];
    sums.set(label, (sums.get(label) ?? 0) + weights[at]);
  });
  for (const [label, sum] of sums) if (best === unknown || sum > (sums.get(best) as number)) best = label;
  return best;
}

/** The nearest of a row's neighbours that count, with their weights. */
function weighNeighbours(
  graph: NeighbourGraph,
  row: number,
  counts: (other: number) => boolean,
): { others: number[]; weights: Float64Array } {
  const others: number[] = [];
  const distances: number[] = [];
  for (let at = row * graph.k; at < (row + 1) * graph.k && others.length < neighbours; at++) {
    if (!counts(graph.indices[at])) continue;
    others.push(graph.indices[at]);
    distances.push(Math.max(0, 1 - graph.similarities[at]));
  }
  return { others, weights: membershipsOf(Float64Array.from(distances), 0) };
}

function placeOfNearest({ count, dimensions, values }: VectorTable, places: Float32Array, row: number): { x: number; y: number } {
  let best = -Infinity;
  let nearest = -1;
  for (let other = 0; other < count; other++) {
    if (!isPlaced(places, other)) continue;
    let dot = 0;
    for (let at = 0; at < dimensions; at++) dot += values[row * dimensions + at] * values[other * dimensions + at];
    if (dot <= best) continue;
    best = dot;
    nearest = other;
  }
  return nearest < 0 ? { x: 0, y: 0 } : { x: places[2 * nearest], y: places[2 * nearest + 1] };
}

function rowsWith(labels: Int32Array, value: number): number[] {
  return Array.from(labels.keys()).filter((row) => labels[row] === value);
}
