/**
 * @file A map to which points are added, and from which some are gone, without laying it out anew: the others stay where they are, and so do their clusters.
 * How far the map can be trusted is measured again.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import type { MadeMap } from "./make-map.ts";
import { labelByNeighbours, placePoints } from "./place-points.ts";
import { measureMap } from "./quality.ts";
import { representativesOf } from "./representatives.ts";

export interface ExtendInput {
  readonly table: VectorTable;
  readonly graph: NeighbourGraph;
  /** [n, 2]: NaN for points that are new. */
  readonly coordinates: Float32Array;
  /** [n]: cluster of each point, -1 for none; of new points nothing is read. */
  readonly clusters: Int32Array;
  readonly seed: number;
}

const unknown = -2;

export function extendMap({ table, graph, seed, ...known }: ExtendInput, options: StageOptions = {}): MadeMap {
  const { signal } = options;
  const coordinates = placePoints({ table, graph, coordinates: known.coordinates, random: createRandom(seed), signal });
  const given = known.clusters.map((label, row) => (Number.isNaN(known.coordinates[2 * row]) ? unknown : label));
  const { labels: clusters, count } = withoutGaps(labelByNeighbours(graph, given, unknown));
  const { trustworthiness, recall } = measureMap({ table, graph, coordinates, seed }, options);
  return { coordinates, trustworthiness, recall, clusters, representatives: representativesOf(table, clusters, count, signal) };
}

/** A cluster of which all points are gone leaves its number to the next one. */
function withoutGaps(labels: Int32Array): { labels: Int32Array; count: number } {
  const numbers = [...new Set(labels)].filter((label) => label >= 0).sort((one, other) => one - other);
  const names = new Map(numbers.map((label, name) => [label, name]));
  return { labels: labels.map((label) => names.get(label) ?? -1), count: numbers.length };
}
