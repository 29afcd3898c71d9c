/**
 * @file How alike two embeddings must be to be worth a look, learnt from the collection itself: a folder of X-rays has random pairs at
 * cosine .9, a folder of holiday photos at .2. The threshold is a high quantile of random pairs, within bounds: copies in the sample
 * must not push it out of reach of copies, and a varied folder must not make everything a candidate.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { Random } from "../base/random.ts";

export const thresholdBounds = { lowest: 0.7, highest: 0.94 };
const quantile = 0.999;
const samples = 40_000;

/** From random pairs of the vectors. */
export function learnThreshold(table: VectorTable, random: Random): number {
  if (table.count < 3) return thresholdBounds.lowest;
  const { count, dimensions, values } = table;
  const similarities = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const a = random.below(count);
    const b = (a + 1 + random.below(count - 1)) % count;
    let dot = 0;
    for (let index = 0; index < dimensions; index++) dot += values[a * dimensions + index] * values[b * dimensions + index];
    similarities[sample] = dot;
  }
  similarities.sort();
  return bounded(similarities[Math.floor(quantile * samples)]);
}

/** Where only the graph is at hand: beyond what the farthest kept neighbour of the median image has. */
export function thresholdOfGraph(graph: NeighbourGraph): number {
  if (graph.count === 0 || graph.k === 0) return thresholdBounds.lowest;
  const farthest = new Float32Array(graph.count);
  for (let row = 0; row < graph.count; row++) farthest[row] = graph.similarities[row * graph.k + graph.k - 1];
  farthest.sort();
  return bounded(farthest[graph.count >> 1]);
}

function bounded(value: number): number {
  return Math.min(thresholdBounds.highest, Math.max(thresholdBounds.lowest, value));
}
