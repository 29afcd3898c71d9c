/**
 * @file A whole map of one set of vectors: places, how far they can be trusted, and clusters.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { StageOptions } from "../base/stage.ts";
import { clusterMap } from "./clusters.ts";
import { layoutMap } from "./layout.ts";
import { measureMap } from "./quality.ts";

export interface MapInput {
  readonly table: VectorTable;
  readonly graph: NeighbourGraph;
  readonly seed: number;
  /** An earlier map to start from. */
  readonly initial: Float32Array | null;
}

export interface MadeMap {
  /** [n, 2] */
  readonly coordinates: Float32Array;
  readonly trustworthiness: number;
  readonly recall: number;
  /** [n] -1 for none. */
  readonly clusters: Int32Array;
  /** Row of each cluster's representative. */
  readonly representatives: Int32Array;
}

const fewPoints = 300;
const triesForFew = 5;

export function makeMap(input: MapInput, options: StageOptions = {}): MadeMap {
  const { table, seed } = input;
  const attempt = (from: number): Places => {
    const { graph, initial } = input;
    const { coordinates } = layoutMap({ graph, table, seed: from, ...(initial ? { initial } : {}) }, options);
    return { coordinates, ...qualityOf(input, coordinates, options) };
  };
  let best = attempt(seed);
  // Few points may be caught in a bad place, and another try costs milliseconds (27 pictures, three seeds: .54, .82, .91).
  for (let next = 1; table.count <= fewPoints && next < triesForFew; next++) {
    const other = attempt(seed + next);
    if (other.trustworthiness > best.trustworthiness) best = other;
  }
  return { ...best, ...clustersOf(table, best.coordinates, options) };
}

/** The same of places that are known already. */
export function describeMap(input: Omit<MapInput, "initial">, coordinates: Float32Array, options: StageOptions = {}): MadeMap {
  return { coordinates, ...qualityOf(input, coordinates, options), ...clustersOf(input.table, coordinates, options) };
}

type Places = Pick<MadeMap, "coordinates" | "trustworthiness" | "recall">;

function qualityOf(
  { table, graph, seed }: Omit<MapInput, "initial">,
  coordinates: Float32Array,
  { signal }: StageOptions,
): Pick<MadeMap, "trustworthiness" | "recall"> {
  const { trustworthiness, recall } = measureMap({ table, graph, coordinates, seed }, { signal });
  return { trustworthiness, recall };
}

function clustersOf(
  table: VectorTable,
  coordinates: Float32Array,
  { signal }: StageOptions,
): Pick<MadeMap, "clusters" | "representatives"> {
  const { labels: clusters, representatives } = clusterMap(coordinates, table.count, { table, signal });
  return { clusters, representatives };
}
