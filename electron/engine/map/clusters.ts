/**
 * @file Clusters of the map: hills of its density. Cells are flooded from the top down, as in ToMATo (Chazal, Guibas, Oudot and Skraba, 2013,
 * Persistence-Based Clustering in Riemannian Manifolds): where two hills meet, the lower one joins the higher unless it stands out from the
 * pass between them by more than chance, and holds enough points. Any shape of cluster, no number of clusters to choose.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { estimateDensity, type Density } from "./density.ts";
import { representativesOf } from "./representatives.ts";

export interface ClusterOptions {
  /** Row i is the embedding of point i. */
  readonly table: VectorTable;
  readonly signal?: AbortSignal | undefined;
}

export interface MapClusters {
  /** [n]: 0 for the largest cluster, 1 for the next ..., -1 for points that belong to none. */
  readonly labels: Int32Array;
  /** [clusters]: the point whose embedding is nearest to its cluster's mean direction. */
  readonly representatives: Int32Array;
}

/** Fewer points make no cluster; also how many neighbours the density's bandwidth looks at. */
export function leastClusterSize(count: number): number {
  return Math.max(5, Math.round(Math.sqrt(count) / 2), Math.round(count / 400));
}

interface Strictness {
  /** A hill is at least so many times as dense as the pass. */
  readonly ratio: number;
  /** ... and higher by so many standard deviations of counting noise. */
  readonly deviations: number;
}

/** The lenient one is for maps that would otherwise have no parts to speak of. */
const strict: Strictness = { ratio: 1.5, deviations: 4 };
const lenient: Strictness = { ratio: 1.25, deviations: 3 };
const fewClusters = 3;
/** Points where the density is below this share of their hill's top, or hardly more than themselves, belong to none. */
const noiseShare = 0.02;
const noiseDensity = 1.1;

/** `coordinates` is [n, 2] and finite. */
export function clusterMap(coordinates: Float32Array, count: number, { table, signal }: ClusterOptions): MapClusters {
  throwIfAborted(signal);
  const least = leastClusterSize(count);
  if (count < least) return { labels: new Int32Array(count).fill(-1), representatives: new Int32Array(0) };
  const density = estimateDensity(coordinates, count, least);
  throwIfAborted(signal);
  const order = descendingCells(density);
  let hills = flood(density, order, least, strict);
  if (hills.sizes.length < fewClusters) hills = flood(density, order, least, lenient);
  const labels = hills.labels;
  throwIfAborted(signal);
  return { labels, representatives: representativesOf(table, labels, hills.sizes.length, signal) };
}

interface Hills {
  readonly labels: Int32Array;
  /** Descending. */
  readonly sizes: readonly number[];
}

function descendingCells({ values }: Density): Int32Array {
  const covered: number[] = [];
  for (let cell = 0; cell < values.length; cell++) if (values[cell] > 0) covered.push(cell);
  return Int32Array.from(covered).sort((left, right) => values[right] - values[left] || left - right);
}

function flood(density: Density, order: Int32Array, least: number, strictness: Strictness): Hills {
  const { values, width, points } = density;
  const around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  // A hill is named by its highest cell; `parents` leads there.
  const parents = new Int32Array(values.length).fill(-1);
  const masses = new Int32Array(values.length);
  const topOf = (cell: number): number => {
    let top = cell;
    while (parents[top] !== top) top = parents[top] = parents[parents[top]];
    return top;
  };
  for (const cell of order) {
    let best = -1;
    for (const offset of around) {
      const other = cell + offset;
      if (parents[other] >= 0 && (best < 0 || values[other] > values[best])) best = other;
    }
    parents[cell] = best < 0 ? cell : topOf(best);
    masses[parents[cell]] += points[cell];
    if (best < 0) continue;
    for (const offset of around) {
      if (!(parents[cell + offset] >= 0)) continue;
      const one = topOf(cell);
      const two = topOf(cell + offset);
      if (one === two) continue;
      const [high, low] = values[one] >= values[two] ? [one, two] : [two, one];
      const stands = standsOut(values[low], values[cell], strictness) && masses[low] >= least && masses[high] >= least;
      if (stands) continue;
      parents[low] = high;
      masses[high] += masses[low];
    }
  }
  return label(density, topOf, least);
}

/** The noise of a Gaussian density in units of points is the root of half its value. */
function standsOut(top: number, pass: number, { ratio, deviations }: Strictness): boolean {
  return top >= ratio * pass && top - pass >= deviations * Math.sqrt((top + pass) / 2);
}

function label({ values, cells }: Density, topOf: (cell: number) => number, least: number): Hills {
  const tops = new Int32Array(cells.length).fill(-1);
  const sizes = new Map<number, number>();
  cells.forEach((cell, item) => {
    const top = topOf(cell);
    if (values[cell] < Math.max(noiseDensity, noiseShare * values[top])) return;
    tops[item] = top;
    sizes.set(top, (sizes.get(top) ?? 0) + 1);
  });
  const kept = [...sizes].filter(([, size]) => size >= least).sort(([topA, sizeA], [topB, sizeB]) => sizeB - sizeA || topA - topB);
  const names = new Map(kept.map(([top], name) => [top, name]));
  return { labels: tops.map((top) => names.get(top) ?? -1), sizes: kept.map(([, size]) => size) };
}
