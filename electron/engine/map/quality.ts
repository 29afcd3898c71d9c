/**
 * @file How far the map can be trusted, on a sample of its points. Trustworthiness (Venna and Kaski, 2001): points that are near on the map but
 * not in truth cost as many steps as they are away in the true order. Neighbour recall: the share of the true nearest that are nearest on the map.
 *
 *     T(k) = 1 - 2 / (m k (2n - 3k - 1)) sum over m rows i, sum over j in U_k(i), of (r(i, j) - k)
 *
 * where U_k(i) are the k nearest on the map that are not among the k nearest in truth, and r(i, j) is j's true rank over all n.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom, shuffle } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";

export interface QualityInput {
  readonly table: VectorTable;
  readonly graph: NeighbourGraph;
  /** [n, 2] row-major. */
  readonly coordinates: Float32Array;
  /** Rows looked at. */
  readonly sampleSize?: number;
  /**
   * Bounds the work of the true ranks (about a second for the default): the trustworthiness of a large collection comes from fewer of the
   * rows, at least 100. Its standard error stays below .001.
   */
  readonly multiplications?: number;
  readonly k?: number;
  readonly seed: number;
}

export interface MapQuality {
  readonly trustworthiness: number;
  readonly recall: number;
  /** How many rows were looked at, and for how many of them the true ranks were worked out. */
  readonly rows: number;
  readonly rankedRows: number;
  readonly k: number;
}

const leastRows = 100;
/** Rows whose true order is worked out together: each vector of the table is read once for all of them. */
const block = 4;

/** The same input and seed give the same numbers. A map of fewer than three points is beyond doubt. */
export function measureMap(input: QualityInput, options: StageOptions = {}): MapQuality {
  const { table, graph, coordinates, sampleSize = 2000, multiplications = 1e9, seed } = input;
  const { count } = table;
  // With k near the size of a whole cluster the figure would tell how clusters lie to each other, which a layout leaves to chance.
  const k = Math.min(input.k ?? Math.min(15, Math.max(1, Math.floor((count - 1) / 4))), graph.k, Math.floor((count - 1) / 2));
  if (k < 1) return { trustworthiness: 1, recall: 1, rows: 0, rankedRows: 0, k: 0 };
  const rows = sampleRows(count, Math.min(sampleSize, count), seed);
  const ranked = Math.min(rows.length, Math.max(leastRows, Math.floor(multiplications / (count * table.dimensions))));
  let steps = 0;
  let found = 0;
  for (let start = 0; start < rows.length; start += block) {
    throwIfAborted(options.signal);
    const own = rows.subarray(start, start + block);
    const intruders = Array.from(own, (row) => {
      const near = nearestOnMap(coordinates, count, row, k);
      const truth = new Set(graph.indices.subarray(row * graph.k, row * graph.k + k));
      return near.filter((item) => !truth.has(item));
    });
    found += intruders.reduce((sum, items) => sum + k - items.length, 0);
    if (start < ranked) steps += stepsTooNear(table, own.subarray(0, ranked - start), intruders.slice(0, ranked - start), k);
    options.onProgress?.(Math.min(start + block, rows.length), rows.length);
  }
  const worst = ranked * k * (2 * count - 3 * k - 1);
  return { trustworthiness: 1 - (2 * steps) / worst, recall: found / (rows.length * k), rows: rows.length, rankedRows: ranked, k };
}

/** Distinct rows in random order (Floyd's sampling, then shuffled), so that the first of them are a sample too. */
function sampleRows(count: number, wanted: number, seed: number): Int32Array {
  const random = createRandom(seed);
  const chosen = new Set<number>();
  for (let last = count - wanted; last < count; last++) {
    const row = random.below(last + 1);
    chosen.add(chosen.has(row) ? last : row);
  }
  return Int32Array.from(shuffle([...chosen], random));
}

/** The k nearest by distance on the map, of equals those that come first. */
export function nearestOnMap(coordinates: Float32Array, count: number, row: number, k: number): number[] {
  const items: number[] = [];
  const distances: number[] = [];
  const [x, y] = [coordinates[2 * row], coordinates[2 * row + 1]];
  let worst = Infinity;
  for (let item = 0; item < count; item++) {
    const distance = (coordinates[2 * item] - x) ** 2 + (coordinates[2 * item + 1] - y) ** 2;
    if (distance >= worst || item === row) continue;
    let place = Math.min(items.length, k - 1);
    for (; place > 0 && distances[place - 1] > distance; place--) {
      items[place] = items[place - 1];
      distances[place] = distances[place - 1];
    }
    items[place] = item;
    distances[place] = distance;
    if (items.length === k) worst = distances[k - 1];
  }
  return items;
}

/** Sum of r(i, j) - k over the intruders j of each row i. */
function stepsTooNear(table: VectorTable, rows: Int32Array, intruders: number[][], k: number): number {
  const similarities = similaritiesOf(table, rows);
  let steps = 0;
  intruders.forEach((items, index) => {
    const own = similarities[index];
    for (const item of items) {
      let rank = 1;
      for (let other = 0; other < own.length; other++) if (own[other] > own[item] && other !== rows[index]) rank++;
      // A tie with the k-th neighbour is no step at all.
      steps += Math.max(0, rank - k);
    }
  });
  return steps;
}

/** For each of up to `block` rows the similarities to all rows. */
function similaritiesOf({ count, dimensions, values }: VectorTable, rows: Int32Array): Float32Array[] {
  const result = Array.from({ length: block }, () => new Float32Array(count));
  const asked = Array.from({ length: block }, (_, index) => {
    const start = rows[Math.min(index, rows.length - 1)] * dimensions;
    return Float64Array.from(values.subarray(start, start + dimensions));
  });
  const [a, b, c, d] = asked;
  for (let item = 0; item < count; item++) {
    const start = item * dimensions;
    let [dotA, dotB, dotC, dotD] = [0, 0, 0, 0];
    for (let at = 0; at < dimensions; at++) {
      const value = values[start + at];
      dotA += value * a[at];
      dotB += value * b[at];
      dotC += value * c[at];
      dotD += value * d[at];
    }
    result[0][item] = dotA;
    result[1][item] = dotB;
    result[2][item] = dotC;
    result[3][item] = dotD;
  }
  return result;
}
