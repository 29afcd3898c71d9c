/**
 * @file What the compute worker can be asked, task by task. The table is total: a task that is named here must be implemented there.
 */
import type { EvaluationReport } from "#protocol/model.ts";

import type { CellMap } from "../base/cell-map.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { CandidateInput } from "../duplicates/candidates.ts";
import type { CandidatePair, ContentFacts } from "../duplicates/types.ts";
import type { MadeMap } from "../map/make-map.ts";
import type { StandingOut } from "../outliers/standing-out.ts";
import type { PackedListing } from "../ingest/scan/pack.ts";
import type { EncoderRow } from "../store/queries/embeddings.ts";
import type { StoredGraph } from "../store/queries/graphs.ts";
import type { ComparedSpaces, SpacesInput } from "./comparison/compare-spaces.ts";

/** Where the worker reads the vectors for itself: a hundred thousand of them must not pass through the engine's own thread. */
export interface VectorSource {
  readonly workspace: string;
  readonly encoder: EncoderRow;
}

export interface ComputeTasks {
  scan: { input: { folders: Uint8Array[]; leaveOut: Uint8Array[] }; output: PackedListing };
  /** `earlier`: a graph that may be brought up to date instead of being made anew. */
  neighbours: {
    input: { source: VectorSource; k: number; earlier: StoredGraph | null };
    output: { contentIds: Int32Array; graph: NeighbourGraph; recall: number };
  };
  /** `initial`: NaN for points that the earlier map does not have. */
  map: {
    input: { source: VectorSource; graph: NeighbourGraph; seed: number; initial: Float32Array | null };
    output: MadeMap;
  };
  "extend-map": {
    input: { source: VectorSource; graph: NeighbourGraph; seed: number; coordinates: Float32Array; clusters: Int32Array };
    output: MadeMap;
  };
  compare: { input: SpacesInput; output: ComparedSpaces };
  candidates: {
    input: Pick<CandidateInput, "graph" | "rows" | "seed" | "fresh" | "relatives"> & { contents: ContentFacts[]; source: VectorSource };
    output: CandidatePair[];
  };
  evaluate: {
    input: { vectors: VectorTable; labels: Int32Array; seed: number };
    output: Pick<EvaluationReport, "knn" | "ridge">;
  };
  outliers: {
    input: { source: VectorSource; graph: NeighbourGraph; groups: Int32Array; light: VectorTable; seed: number };
    output: { scores: Float32Array; percentiles: Float32Array; nearest: Int32Array; method: string };
  };
  "standing-out": { input: { picture: CellMap; ordinary: readonly CellMap[] }; output: StandingOut };
}

export type ComputeTask = keyof ComputeTasks;

export interface ComputeStart<T extends ComputeTask = ComputeTask> {
  readonly task: T;
  readonly input: ComputeTasks[T]["input"];
  readonly control: SharedArrayBuffer;
}

export type ComputeMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly output: unknown }
  | {
      readonly kind: "failed";
      readonly error: { readonly name: string; readonly code: string; readonly message: string; readonly stack: string };
    };
