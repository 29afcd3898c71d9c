/**
 * @file Third stage: the neighbour graph over every present content's embedding, made anew when the set changed. That of a large collection is not
 * quite exact; its recall is kept with it.
 */
import type { NeighbourGraph } from "../base/neighbour-graph.ts";
import { listEmbeddedContents } from "../store/queries/embeddings.ts";
import { readGraph, readGraphFingerprint, saveGraph, type StoredGraph } from "../store/queries/graphs.ts";
import { inTransaction } from "../store/statements.ts";
import type { VectorSource } from "./compute-messages.ts";
import { compute } from "./compute.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Pipeline } from "./pipeline.ts";

/** Enough for outliers (20 beyond a group of copies), the map (15) and "more like this". */
export const neighbourCount = 32;
const version = 1;

export function graphFingerprint(pipeline: Pipeline): string {
  return fingerprint("graph", version, pipeline.encoderRow.key, listEmbeddedContents(pipeline.store, pipeline.encoderRow.key));
}

export async function neighboursStage(pipeline: Pipeline): Promise<void> {
  const { store, encoderRow, job } = pipeline;
  const current = graphFingerprint(pipeline);
  if (readGraphFingerprint(store, encoderRow.key) === current) return;
  const { contentIds, graph, recall } = await compute(
    "neighbours",
    { source: vectorSource(pipeline), k: neighbourCount },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
  inTransaction(store, () =>
    saveGraph(store, encoderRow.key, {
      fingerprint: current,
      k: graph.k,
      contentIds,
      indices: graph.indices,
      similarities: graph.similarities,
      recall,
    }),
  );
}

export function vectorSource({ store, encoderRow }: Pipeline): VectorSource {
  return { workspace: store.workspace, encoder: encoderRow };
}

/** The stored graph in the form the algorithms take. */
export function asGraph(stored: StoredGraph): NeighbourGraph {
  return { count: stored.contentIds.length, k: stored.k, indices: stored.indices, similarities: stored.similarities };
}

/** The graph of the last stage; null for an empty collection. */
export function requireGraph(pipeline: Pipeline): StoredGraph | null {
  const graph = readGraph(pipeline.store, pipeline.encoderRow.key);
  return graph && graph.contentIds.length > 0 ? graph : null;
}
