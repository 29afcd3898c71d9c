/**
 * @file Fourth stage: the map from the graph. When few points are new they are put beside their neighbours and nothing else moves; when more are, or when a
 * person asks for it, the layout starts from the old coordinates, so that things are found where they were.
 */
import { readMap, readMapFingerprint, saveMap, type StoredGraph, type StoredMap } from "../store/queries/graphs.ts";
import { inTransaction } from "../store/statements.ts";
import { compute } from "./compute.ts";
import { fingerprint } from "./fingerprint.ts";
import { requireGraph, vectorSource } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";
import { rowsOf } from "./renew-graph.ts";
import { asGraph } from "./stored-graph.ts";

const version = 1;
/** Raise it, and every map is drawn anew. */
const seed = 42;
/** While at most this share of the points was put there since the last layout, more are put there too. */
const placedShare = 0.1;

/** @param again lay it out although nothing changed */
export async function mapStage(pipeline: Pipeline, { again = false } = {}): Promise<void> {
  const { store, encoderRow } = pipeline;
  const graph = requireGraph(pipeline);
  if (!graph) return;
  const current = fingerprintOf(pipeline, graph.contentIds);
  if (!again && readMapFingerprint(store, encoderRow.key) === current) return;
  const old = readMap(store, encoderRow.key);
  const placed = again || old?.fingerprint !== fingerprintOf(pipeline, old?.contentIds ?? []) ? null : placedPoints(graph.contentIds, old);
  const made = placed === null || old === null ? await layOut(pipeline, graph, old) : await extend(pipeline, graph, old);
  inTransaction(store, () =>
    saveMap(store, encoderRow.key, {
      fingerprint: current,
      contentIds: graph.contentIds,
      coordinates: made.coordinates,
      clusters: made.clusters,
      representatives: Int32Array.from(made.representatives, (row) => graph.contentIds[row] as number),
      trustworthiness: made.trustworthiness,
      recall: made.recall,
      placed: placed ?? new Int32Array(0),
    }),
  );
}

/** Those that would be placed, and those that were; null where they are too many to go on so. */
export function placedPoints(contentIds: Int32Array, old: Pick<StoredMap, "contentIds" | "placed">): Int32Array | null {
  const laidOut = new Set(old.contentIds);
  for (const id of old.placed) laidOut.delete(id);
  const placed = contentIds.filter((id) => !laidOut.has(id));
  return placed.length <= placedShare * contentIds.length ? placed : null;
}

function fingerprintOf({ encoderRow }: Pipeline, contentIds: ArrayLike<number>): string {
  return fingerprint("map", version, encoderRow.key, contentIds);
}

function layOut(pipeline: Pipeline, graph: StoredGraph, old: StoredMap | null): ReturnType<typeof compute<"map">> {
  const { job } = pipeline;
  const initial = old && oldPlaces(rowsOf(graph.contentIds, old.contentIds), old);
  // When little is known an earlier map is not worth it.
  const known = initial?.filter((value) => !Number.isNaN(value)).length ?? 0;
  return compute(
    "map",
    { source: vectorSource(pipeline), graph: asGraph(graph), seed, initial: known < graph.contentIds.length ? null : initial },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
}

function extend(pipeline: Pipeline, graph: StoredGraph, old: StoredMap): ReturnType<typeof compute<"extend-map">> {
  const { job } = pipeline;
  const rows = rowsOf(graph.contentIds, old.contentIds);
  const clusters = rows.map((row) => (row < 0 ? -1 : (old.clusters[row] as number)));
  return compute(
    "extend-map",
    { source: vectorSource(pipeline), graph: asGraph(graph), seed, coordinates: oldPlaces(rows, old), clusters },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
}

/** [n, 2]: NaN where there was none. `rows` of the old map. */
function oldPlaces(rows: Int32Array, old: StoredMap): Float32Array {
  const places = new Float32Array(2 * rows.length).fill(Number.NaN);
  rows.forEach((row, index) => {
    if (row >= 0) places.set(old.coordinates.subarray(2 * row, 2 * row + 2), 2 * index);
  });
  return places;
}
