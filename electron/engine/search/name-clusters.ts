/**
 * @file Names for clusters out of a list of words: those that the cluster's mean is more like than the means of all clusters are. A word that suits everything
 * ("picture") would otherwise name every cluster.
 */
import { BugError } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";

export interface NamedCluster {
  readonly cluster: number;
  /** Rows of `words`, best first. */
  readonly words: readonly number[];
  /** Of each: its cosine with the cluster's mean, less the mean of that over all clusters. */
  readonly lifts: readonly number[];
}

/**
 * @param clusters [pictures]; below 0: of none
 * @param words unit rows
 * @param most words for a cluster
 */
export function nameClusters(vectors: VectorTable, clusters: Int32Array, words: VectorTable, most = 3): NamedCluster[] {
  if (clusters.length !== vectors.count || words.dimensions !== vectors.dimensions)
    throw new BugError(`${clusters.length} clusters and words of ${words.dimensions} numbers for ${vectors.count} x ${vectors.dimensions}`);
  const means = meansOf(vectors, clusters);
  const cosines = [...means.values()].map((mean) => Array.from({ length: words.count }, (_, word) => dot(mean, words, word)));
  const usual = Array.from({ length: words.count }, (_, word) =>
    means.size > 1 ? cosines.reduce((sum, each) => sum + (each[word] as number), 0) / means.size : 0,
  );
  return [...means.keys()].map((cluster, at) => {
    const lifts = (cosines[at] as number[]).map((cosine, word) => cosine - (usual[word] as number));
    const ranked = lifts.map((lift, word) => ({ lift, word })).sort((one, other) => other.lift - one.lift || one.word - other.word).slice(0, most); // prettier-ignore
    return { cluster, words: ranked.map(({ word }) => word), lifts: ranked.map(({ lift }) => lift) };
  });
}

/** Unit length, in the order of the clusters' numbers. */
function meansOf({ dimensions, values }: VectorTable, clusters: Int32Array): Map<number, Float64Array> {
  const labels = [...new Set(clusters)].filter((label) => label >= 0).sort((one, other) => one - other);
  const means = new Map(labels.map((label) => [label, new Float64Array(dimensions)]));
  clusters.forEach((label, row) => {
    const mean = means.get(label);
    if (mean === undefined) return;
    for (let at = 0; at < dimensions; at++) mean[at] = (mean[at] as number) + (values[row * dimensions + at] as number);
  });
  for (const mean of means.values()) {
    const length = Math.hypot(...mean) || 1;
    mean.forEach((value, at) => (mean[at] = value / length));
  }
  return means;
}

function dot(mean: Float64Array, words: VectorTable, word: number): number {
  return mean.reduce((sum, value, at) => sum + value * (words.values[word * words.dimensions + at] as number), 0);
}
