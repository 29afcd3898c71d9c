/**
 * @file The fuzzy graph under the map: how strongly each pair of neighbours belongs together, from distances made comparable point by
 * point (McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426, algorithms 2 and 3). Cosine distance = 1 - similarity.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph } from "../base/neighbour-graph.ts";

/** Symmetric, without self edges; both directions of an edge are present with the same weight. */
export interface FuzzyGraph {
  readonly count: number;
  /** [count + 1]: the edges of item i are offsets[i] .. offsets[i + 1]. */
  readonly offsets: Int32Array;
  /** [edges]: the other end, ascending within an item. */
  readonly targets: Int32Array;
  /** [edges]: in (0, 1]. */
  readonly weights: Float32Array;
}

const tolerance = 1e-5;
const iterations = 64;
/** A bandwidth is at least this share of the mean distance: it keeps rows of near-equal distances apart. */
const leastBandwidth = 1e-3;
const rowsPerCheck = 2048;

/** `neighbours` counts the item itself, as UMAP does: 15 means the 14 nearest others. */
export function fuzzyGraph(graph: NeighbourGraph, neighbours: number, signal?: AbortSignal): FuzzyGraph {
  const k = Math.max(0, Math.min(neighbours - 1, graph.k));
  return union(graph, k, memberships(graph, k, signal), signal);
}

/**
 * The membership of each neighbour of one item, from its distances in ascending order.
 * @param overallMean the mean distance of all neighbours, for an item whose own are all zero
 */
export function membershipsOf(distances: Float64Array, overallMean: number): Float64Array {
  let sum = 0;
  let nearest = 0;
  for (const distance of distances) {
    sum += distance;
    if (nearest === 0) nearest = distance;
  }
  const mean = nearest > 0 ? sum / (distances.length + 1) : overallMean;
  const bandwidth = Math.max(fitBandwidth(distances, nearest), leastBandwidth * mean);
  return distances.map((distance) => (distance > nearest ? Math.exp((nearest - distance) / bandwidth) : 1));
}

/** [count, k]: the membership of each neighbour in the item's own fuzzy set: 1 for the nearest, then falling to a total of log2(k + 1). */
function memberships(graph: NeighbourGraph, k: number, signal: AbortSignal | undefined): Float32Array {
  const { count } = graph;
  const strengths = new Float32Array(count * k);
  const distances = new Float64Array(k);
  const overallMean = count * k > 0 ? meanDistance(graph, k) : 0;
  for (let row = 0; row < count; row++) {
    if (row % rowsPerCheck === 0) throwIfAborted(signal);
    for (let rank = 0; rank < k; rank++) distances[rank] = distanceAt(graph, row, rank);
    strengths.set(membershipsOf(distances, overallMean), row * k);
  }
  return strengths;
}

/** The bandwidth at which the memberships sum to log2(k + 1), by bisection. */
function fitBandwidth(distances: Float64Array, nearest: number): number {
  const target = Math.log2(distances.length + 1);
  let low = 0;
  let high = Infinity;
  let middle = 1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let sum = 0;
    for (const distance of distances) sum += distance > nearest ? Math.exp((nearest - distance) / middle) : 1;
    if (Math.abs(sum - target) < tolerance) break;
    if (sum > target) high = middle;
    else low = middle;
    middle = high === Infinity ? middle * 2 : (low + high) / 2;
  }
  return middle;
}

/** The fuzzy union of an edge's two directions: p + q - pq. */
function union(graph: NeighbourGraph, k: number, strengths: Float32Array, signal: AbortSignal | undefined): FuzzyGraph {
  const { count } = graph;
  const incoming = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) {
    for (let rank = 0; rank < k; rank++) incoming[graph.indices[row * graph.k + rank] + 1]++;
  }
  for (let row = 0; row < count; row++) incoming[row + 1] += incoming[row];
  throwIfAborted(signal);
  // Filled in the order of the sources, so the incoming edges of each item come out sorted.
  const sources = new Int32Array(count * k);
  const sourceStrengths = new Float32Array(count * k);
  const next = incoming.slice(0, count);
  for (let row = 0; row < count; row++) {
    for (let rank = 0; rank < k; rank++) {
      const at = next[graph.indices[row * graph.k + rank]]++;
      sources[at] = row;
      sourceStrengths[at] = strengths[row * k + rank];
    }
  }
  throwIfAborted(signal);

  const offsets = new Int32Array(count + 1);
  const targets = new Int32Array(2 * count * k);
  const weights = new Float32Array(2 * count * k);
  const own = new Int32Array(k);
  const ownStrengths = new Float32Array(k);
  let edges = 0;
  for (let row = 0; row < count; row++) {
    if (row % rowsPerCheck === 0) throwIfAborted(signal);
    sortedRow(graph, k, row, strengths, own, ownStrengths);
    let at = incoming[row];
    const end = incoming[row + 1];
    for (let rank = 0; rank < k || at < end;) {
      const outgoing = rank < k ? own[rank] : count;
      const arriving = at < end ? sources[at] : count;
      const target = Math.min(outgoing, arriving);
      const p = outgoing === target ? ownStrengths[rank++] : 0;
      const q = arriving === target ? sourceStrengths[at++] : 0;
      if (target === row) continue;
      targets[edges] = target;
      weights[edges++] = p + q - p * q;
    }
    offsets[row + 1] = edges;
  }
  return { count, offsets, targets: targets.slice(0, edges), weights: weights.slice(0, edges) };
}

/** Copies a row's neighbours into `own` in ascending order of position (insertion sort: rows are short). */
function sortedRow(
  graph: NeighbourGraph,
  k: number,
  row: number,
  strengths: Float32Array,
  own: Int32Array,
  ownStrengths: Float32Array,
): void {
  for (let rank = 0; rank < k; rank++) {
    const target = graph.indices[row * graph.k + rank];
    let place = rank;
    for (; place > 0 && own[place - 1] > target; place--) {
      own[place] = own[place - 1];
      ownStrengths[place] = ownStrengths[place - 1];
    }
    own[place] = target;
    ownStrengths[place] = strengths[row * k + rank];
  }
}

function meanDistance(graph: NeighbourGraph, k: number): number {
  let sum = 0;
  for (let row = 0; row < graph.count; row++) {
    for (let rank = 0; rank < k; rank++) sum += distanceAt(graph, row, rank);
  }
  return sum / (graph.count * (k + 1));
}

/** Rounding can lift a similarity above 1. */
function distanceAt(graph: NeighbourGraph, row: number, rank: number): number {
  return Math.max(0, 1 - graph.similarities[row * graph.k + rank]);
}
