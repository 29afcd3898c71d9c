/**
 * @file What the compute worker can be asked, task by task. The table is total: a task that is named here must be implemented there.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { ContentFacts, CandidatePair } from "../duplicates/types.ts";
import type { PackedListing } from "../ingest/scan/pack.ts";

export interface ComputeTasks {
  scan: { input: { folders: Uint8Array[] }; output: PackedListing };
  neighbours: { input: { table: VectorTable; k: number }; output: NeighbourGraph };
  map: {
    input: { table: VectorTable; graph: NeighbourGraph; seed: number; initial: Float32Array | null };
    output: {
      coordinates: Float32Array;
      clusters: Int32Array;
      /** Row of each cluster's representative. */
      representatives: Int32Array;
      trustworthiness: number;
      recall: number;
    };
  };
  candidates: { input: { contents: ContentFacts[]; graph: NeighbourGraph | null; rows: Int32Array; table: VectorTable | null; seed: number }; output: CandidatePair[] };
  outliers: {
    input: { table: VectorTable; graph: NeighbourGraph; groups: Int32Array; seed: number };
    output: { scores: Float32Array; percentiles: Float32Array; nearest: Int32Array; method: string };
  };
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
  | { readonly kind: "failed"; readonly error: { readonly name: string; readonly code: string; readonly message: string; readonly stack: string } };
