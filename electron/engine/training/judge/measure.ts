/**
 * @file All that is measured of a candidate encoder on the probe set (METHODS 8): two fixed augmented views and the plain pictures, no labels but weak ones.
 */
import type { ProbeMetrics } from "#protocol/model.ts";

import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { alignment, uniformity } from "./alignment-uniformity.ts";
import { nearestOthers, type NearestOptions } from "./nearest.ts";
import { meanDeviation, rankMe } from "./rank-me.ts";
import { neighboursKept, viewRetrieval } from "./retrieval.ts";
import { mutualShare, orphanShare, witnessTable } from "./structure.ts";
import { weakLabelKnn } from "./vote.ts";

export interface Metrics extends ProbeMetrics {
  /** Mean standard deviation of the vectors' numbers. */
  readonly deviation: number;
  /** Share of links to the 10 nearest that are answered. */
  readonly mutual: number;
  /** Share of pictures that are among the 10 nearest of none. */
  readonly orphans: number;
  /** Share of the 20 nearest that the witness names too. */
  readonly witnessed: number;
}

/** Neighbours that candidates are compared with, the same for all of them. */
export interface Reference {
  /** The frozen encoder's. */
  readonly frozen: NeighbourGraph;
  /** See structure.ts. */
  readonly witness: NeighbourGraph;
}

/** The probe set as one candidate sees it; rows of the three tables are the same pictures, unit length. */
export interface Probe {
  readonly plain: VectorTable;
  readonly viewA: VectorTable;
  readonly viewB: VectorTable;
}

export interface MeasureOptions extends NearestOptions {
  readonly seed: number;
  /** `makeReference` of the frozen encoder's vectors of the same pictures; null if this is the frozen encoder. */
  readonly reference: Reference | null;
  /** [count] weak labels, -1 for none. */
  readonly weakLabels: Int32Array | null;
}

const keptNeighbours = 10;
const witnessNeighbours = 20;
const weakLabelNeighbours = 5;

/** @param frozen the probe's plain pictures as the frozen encoder sees them */
export function makeReference(frozen: VectorTable, options: NearestOptions & { readonly seed: number }): Reference {
  const { seed, signal } = options;
  return {
    frozen: nearestOthers(frozen, witnessNeighbours, options),
    witness: nearestOthers(witnessTable(frozen, { seed, signal }), witnessNeighbours, { ...options, onProgress: undefined }),
  };
}

export function measure(probe: Probe, options: MeasureOptions): Metrics {
  const { plain, viewA, viewB } = probe;
  const { seed, weakLabels, onProgress, signal } = options;
  const inner: NearestOptions = { signal, threads: options.threads, kernels: options.kernels };
  const reference = options.reference ?? makeReference(plain, { ...inner, seed });
  const steps = 4;
  const retrieved = viewRetrieval(viewA, viewB, inner);
  onProgress?.(1, steps);
  const even = uniformity(plain, { seed, signal });
  onProgress?.(2, steps);
  const rank = rankMe(plain, { signal });
  onProgress?.(3, steps);
  const graph = nearestOthers(plain, witnessNeighbours, inner);
  const weak = weakLabels === null ? null : weakLabelKnn(plain, weakLabels, { ...inner, k: weakLabelNeighbours });
  onProgress?.(steps, steps);
  return {
    viewRetrieval: retrieved,
    alignment: alignment(viewA, viewB),
    uniformity: even,
    rankMe: rank,
    neighboursKept: neighboursKept(reference.frozen, graph, keptNeighbours),
    weakLabelKnn: weak,
    deviation: meanDeviation(plain),
    mutual: mutualShare(graph),
    orphans: orphanShare(graph),
    witnessed: neighboursKept(reference.witness, graph, witnessNeighbours),
  };
}
