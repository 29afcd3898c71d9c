/**
 * @file Third stage: the neighbour graph over every present content's embedding, brought up to date when the set changed a little and made anew when
 * it changed much. That of a large collection is not quite exact; its recall is kept with it.
 */
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
  return fingerprintOf(pipeline, listEmbeddedContents(pipeline.store, pipeline.encoderRow.key));
}

function fingerprintOf({ encoderRow }: Pipeline, contentIds: ArrayLike<number>): string {
  return fingerprint("graph", version, encoderRow.key, contentIds);
}

export async function neighboursStage(pipeline: Pipeline): Promise<void> {
  const { store, encoderRow, job } = pipeline;
  const current = graphFingerprint(pipeline);
  if (readGraphFingerprint(store, encoderRow.key) === current) return;
  const { contentIds, graph, recall } = await compute(
    "neighbours",
    { source: vectorSource(pipeline), k: neighbourCount, earlier: earlierGraph(pipeline) },
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

/** Null where there is none, or one of another version. */
function earlierGraph(pipeline: Pipeline): StoredGraph | null {
  const stored = readGraph(pipeline.store, pipeline.encoderRow.key);
  return stored !== null && stored.fingerprint === fingerprintOf(pipeline, stored.contentIds) ? stored : null;
}

export function vectorSource({ store, encoderRow }: Pipeline): VectorSource {
  return { workspace: store.workspace, encoder: encoderRow };
}

/** The graph of the last stage; null for an empty collection. */
export function requireGraph(pipeline: Pipeline): StoredGraph | null {
  const graph = readGraph(pipeline.store, pipeline.encoderRow.key);
  return graph && graph.contentIds.length > 0 ? graph : null;
}
