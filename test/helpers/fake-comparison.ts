/**
 * @file Comparisons of the fake engine: clusters that drift, one in twenty pictures that changes its cluster, a few pictures and pairs that came and went.
 */
import type { ComparisonState, RunComparison } from "#protocol/comparison.ts";
import type { EncoderId, JobId } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";

import { mapOf } from "./fake-answers.ts";
import { fakeImages } from "./fake-images.ts";

export interface FakeComparisons {
  start(run: string): { readonly job: JobId };
  state(run: string): ComparisonState;
}

export interface FakeComparisonOptions {
  readonly images: () => number;
  readonly job: () => JobSnapshot | null;
  readonly setJob: (change: Partial<JobSnapshot>) => JobSnapshot;
}

const jobId = 31 as JobId;
/** The second run's encoders are gone. */
const removed = "run-1";

export function createFakeComparisons({ images, job, setJob }: FakeComparisonOptions): FakeComparisons {
  const asked = new Set<string>();
  return {
    start: (run) => {
      asked.add(run);
      setJob({ id: jobId, kind: "compare", title: `Compare bundled with ${run}`, state: "running", stage: "embed", stageIndex: 0, stageCount: 3, done: 320, total: 1400, rate: 60, secondsLeft: 18, summary: null, report: null }); // prettier-ignore
      return { job: jobId };
    },
    state: (run) => {
      const now = job();
      const isDone = asked.has(run) && now?.id === jobId && now.state === "done";
      return {
        comparison: isDone ? comparisonOf(images(), run) : null,
        isCurrent: isDone,
        job: asked.has(run) ? jobId : null,
        obstacle: run === removed ? `The encoder ${removed} was removed.` : null,
      };
    },
  };
}

function comparisonOf(count: number, run: string): RunComparison {
  const pictures = fakeImages(count);
  const places = mapOf(pictures, 1).coordinates;
  const after = places.slice();
  const clusters = Int32Array.from(pictures, ({ cluster }) => cluster);
  const clustersAfter = clusters.slice();
  const most: number[] = [];
  for (let row = 0; row < count; row++) {
    const drift = [Math.cos(clusters[row]) * 0.6, Math.sin(clusters[row] * 1.7) * 0.6];
    const other = row % 20 === 7 ? (row * 13) % count : row;
    if (other !== row) most.push(row);
    after[2 * row] = places[2 * other] * 1.05 + drift[0];
    after[2 * row + 1] = places[2 * other + 1] * 1.05 + drift[1];
    clustersAfter[row] = clusters[other];
  }
  const distances = Float32Array.from(
    { length: count },
    (_, row) => Math.hypot(after[2 * row] - places[2 * row], after[2 * row + 1] - places[2 * row + 1]) / 9,
  );
  const listed = most.sort((one, other) => distances[other] - distances[one]).slice(0, 24);
  const nearest = (stride: number): Int32Array =>
    Int32Array.from(listed.flatMap((row) => [1, 2, 3, 4, 5].map((step) => (row + stride * step) % count)));
  const oddest = Math.max(3, Math.round(count / 50));
  const several = Math.min(6, oddest);
  return {
    before: "bundled" as EncoderId,
    after: run as EncoderId,
    count,
    total: count,
    ids: Int32Array.from(pictures, ({ id }) => id),
    maps: {
      before: { places, clusters, trustworthiness: 0.968, recall: 0.61 },
      after: { places: after, clusters: clustersAfter, trustworthiness: 0.974, recall: 0.66 },
    },
    agreement: { after: 0.83, again: 0.996 },
    moves: {
      k: 15,
      distances,
      kept: Float32Array.from(distances, (distance) => Math.max(0, 0.6 - distance)),
      most: Int32Array.from(listed),
      shown: 5,
      nearestBefore: nearest(1),
      nearestAfter: nearest(3),
      typical: 0.07,
      chance: { typical: 0.012, reach: 0.03 },
    },
    outliers: {
      count: oddest,
      joined: Array.from({ length: several }, (_, at) => ({ row: 11 + at, before: oddest + 1 + 3 * at, after: 1 + at })),
      left: Array.from({ length: several }, (_, at) => ({ row: 2 + at, before: 1 + at, after: oddest + 5 + 2 * at })),
    },
    pairs: {
      both: 41,
      found: {
        pairs: count < 40 ? [] : [7, 31].map((a) => ({ a, b: a + 1, relation: "same-picture" as const, similarity: 0.97 })),
        refused: 5,
        unseen: 0,
      },
      lost: { pairs: [], refused: 3, unseen: 0 },
    },
  };
}
