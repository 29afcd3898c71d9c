/**
 * @file Fourth stage: the map from the graph. When the collection changed a little, the layout starts from the old coordinates, so that
 * a person finds things where they were.
 */
import { readMap, readMapFingerprint, saveMap, type StoredGraph, type StoredMap } from "../store/queries/graphs.ts";
import { inTransaction } from "../store/statements.ts";
import { compute } from "./compute.ts";
import { fingerprint } from "./fingerprint.ts";
import { asGraph, requireGraph, vectorSource } from "./neighbours-stage.ts";
import type { Pipeline } from "./pipeline.ts";

const version = 1;
/** Raise it, and every map is drawn anew. */
const seed = 42;

export async function mapStage(pipeline: Pipeline): Promise<void> {
  const { store, encoderRow, job } = pipeline;
  const stored = requireGraph(pipeline);
  if (!stored) return;
  const current = fingerprint("map", version, encoderRow.key, stored.contentIds);
  if (readMapFingerprint(store, encoderRow.key) === current) return;
  const initial = initialCoordinates(stored, readMap(store, encoderRow.key));
  const made = await compute(
    "map",
    { source: vectorSource(pipeline), graph: asGraph(stored), seed, initial },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
  inTransaction(store, () =>
    saveMap(store, encoderRow.key, {
      fingerprint: current,
      contentIds: stored.contentIds,
      coordinates: made.coordinates,
      clusters: made.clusters,
      representatives: Int32Array.from(made.representatives, (row) => stored.contentIds[row] as number),
      trustworthiness: made.trustworthiness,
      recall: made.recall,
    }),
  );
}

/** Old places for what had one, the mean of the neighbours' old places for the rest; null when too little is known to be worth it. */
export function initialCoordinates(graph: Pick<StoredGraph, "contentIds" | "indices" | "k">, old: StoredMap | null): Float32Array | null {
  if (!old) return null;
  const places = new Map<number, number>();
  old.contentIds.forEach((id, index) => places.set(id, index));
  const count = graph.contentIds.length;
  const coordinates = new Float32Array(2 * count).fill(Number.NaN);
  let known = 0;
  graph.contentIds.forEach((id, index) => {
    const place = places.get(id);
    if (place === undefined) return;
    coordinates[2 * index] = old.coordinates[2 * place] as number;
    coordinates[2 * index + 1] = old.coordinates[2 * place + 1] as number;
    known++;
  });
  if (known < count / 2) return null;
  const filled = coordinates.slice();
  for (let index = 0; index < count; index++) {
    if (!Number.isNaN(coordinates[2 * index])) continue;
    let x = 0;
    let y = 0;
    let placed = 0;
    for (let rank = 0; rank < graph.k; rank++) {
      const neighbour = graph.indices[index * graph.k + rank] as number;
      if (Number.isNaN(coordinates[2 * neighbour])) continue;
      x += coordinates[2 * neighbour] as number;
      y += coordinates[2 * neighbour + 1] as number;
      placed++;
    }
    filled[2 * index] = placed > 0 ? x / placed : 0;
    filled[2 * index + 1] = placed > 0 ? y / placed : 0;
  }
  return filled;
}
