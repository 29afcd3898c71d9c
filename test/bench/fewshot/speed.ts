/**
 * @file How long a person waits for a click: 50,000 images, 20 classes, 400 clicks on two kinds of vectors. The graph is made up, and its neighbours lie anywhere in memory: the worst case.
 */
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import { featureSpace } from "#engine/fewshot/feature-space.ts";
import { createLearner } from "#engine/fewshot/learner.ts";
import { predictAll } from "#engine/fewshot/predict.ts";

export interface ClickTimes {
  readonly images: number;
  readonly clicks: number;
  /** Learning all clicks at once, with an empty memory. */
  readonly allAtOnceMs: number;
  /** One more click, and what every image is told to be then. */
  readonly medianMs: number;
  readonly worstMs: number;
}

export function measureClicks({ images = 50_000, classCount = 20, clicks = 400, more = 15 } = {}): ClickTimes {
  const random = createRandom(1);
  const labels = Int32Array.from({ length: images }, () => random.below(classCount));
  const spaces = [
    ["frozen", 384],
    ["whitened", 256],
  ].map(([name, dimensions]) => featureSpace(name as string, madeUp(labels, dimensions as number, classCount), madeUpGraph(labels, 16)));
  const learner = createLearner(spaces);
  const rows = Int32Array.from({ length: clicks + more }, (_, at) => at);
  const some = (count: number): Parameters<typeof learner.learn>[0] => ({
    rows: rows.subarray(0, count),
    labels: labels.subarray(0, count),
    classCount,
  });
  const start = performance.now();
  predictAll(learner.learn(some(clicks)));
  const allAtOnceMs = performance.now() - start;
  const times = Array.from({ length: more }, (_, at) => {
    const before = performance.now();
    predictAll(learner.learn(some(clicks + at + 1)));
    return performance.now() - before;
  }).sort((one, other) => one - other);
  return { images, clicks, allAtOnceMs, medianMs: times[more >> 1], worstMs: times[more - 1] };
}

function madeUp(labels: Int32Array, dimensions: number, classCount: number): VectorTable {
  const random = createRandom(dimensions);
  const centres = Float32Array.from({ length: classCount * dimensions }, () => random.normal());
  const values = new Float32Array(labels.length * dimensions);
  labels.forEach((label, row) => {
    for (let index = 0; index < dimensions; index++)
      values[row * dimensions + index] = centres[label * dimensions + index] + 3 * (random.unit() + random.unit() - 1);
  });
  return { count: labels.length, dimensions, values: makeUnitRows(values, dimensions) };
}

/** Mostly of the same class. */
function madeUpGraph(labels: Int32Array, k: number): NeighbourGraph {
  const random = createRandom(7);
  const count = labels.length;
  const indices = new Int32Array(count * k);
  const similarities = new Float32Array(count * k);
  for (let row = 0; row < count; row++)
    for (let place = 0; place < k; place++) {
      let other = random.below(count);
      for (let tries = 0; tries < 60 && (labels[other] !== labels[row] || other === row); tries++) other = random.below(count);
      indices[row * k + place] = other;
      similarities[row * k + place] = 0.8 - 0.02 * place;
    }
  return { count, k, indices, similarities };
}
