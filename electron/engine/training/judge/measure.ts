/**
 * @file All that is measured of a candidate encoder on the probe set (METHODS 8): two fixed augmented views and the plain pictures, no labels but weak ones.
 */
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { alignment, uniformity } from "./alignment-uniformity.ts";
import { nearestOthers, type NearestOptions } from "./nearest.ts";
import { meanDeviation, rankMe } from "./rank-me.ts";
import { neighboursKept, viewRetrieval } from "./retrieval.ts";
import { weakLabelKnn } from "./vote.ts";

export interface Metrics {
  /** Share of pictures whose other view is the nearest of all other views. */
  readonly viewRetrieval: number;
  readonly alignment: number;
  readonly uniformity: number;
  /** An alarm, not a merit. */
  readonly rankMe: number;
  /** Share of the 10 nearest that the frozen encoder has too. */
  readonly neighboursKept: number;
  /** Null where the folder has no weak labels. */
  readonly weakLabelKnn: number | null;
  /** Mean standard deviation of the vectors' numbers. */
  readonly deviation: number;
}

/** The probe set as one candidate sees it; rows of the three tables are the same pictures, unit length. */
export interface Probe {
  readonly plain: VectorTable;
  readonly viewA: VectorTable;
  readonly viewB: VectorTable;
}

export interface MeasureOptions extends NearestOptions {
  readonly seed: number;
  /** Of the frozen encoder on the same pictures, 10 neighbours or more; null if this is the frozen encoder. */
  readonly frozenGraph: NeighbourGraph | null;
  /** [count] weak labels, -1 for none. */
  readonly weakLabels: Int32Array | null;
}

const keptNeighbours = 10;
const weakLabelNeighbours = 5;

export function measure(probe: Probe, options: MeasureOptions): Metrics {
  const { plain, viewA, viewB } = probe;
  const { seed, frozenGraph, weakLabels, onProgress, signal } = options;
  const inner: NearestOptions = { signal, threads: options.threads, kernels: options.kernels };
  const steps = 4;
  const retrieved = viewRetrieval(viewA, viewB, inner);
  onProgress?.(1, steps);
  const even = uniformity(plain, { seed, signal });
  onProgress?.(2, steps);
  const rank = rankMe(plain, { signal });
  onProgress?.(3, steps);
  const kept = frozenGraph === null ? 1 : neighboursKept(frozenGraph, nearestOthers(plain, keptNeighbours, inner), keptNeighbours);
  const weak = weakLabels === null ? null : weakLabelKnn(plain, weakLabels, { ...inner, k: weakLabelNeighbours });
  onProgress?.(steps, steps);
  return {
    viewRetrieval: retrieved,
    alignment: alignment(viewA, viewB),
    uniformity: even,
    rankMe: rank,
    neighboursKept: kept,
    weakLabelKnn: weak,
    deviation: meanDeviation(plain),
  };
}
