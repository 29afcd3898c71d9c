/**
 * @file The stored embeddings of one encoder as one table in memory.
 */
import { BugError } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { toFloat32 } from "../search/half-float.ts";
import type { ReadStore } from "../store/database.ts";
import { eachEmbedding, listEmbeddedContents, type EncoderRow } from "../store/queries/embeddings.ts";

export interface EmbeddedContents {
  /** In the order of their hashes; row i of the table is the embedding of content contentIds[i]. */
  readonly contentIds: Int32Array;
  readonly table: VectorTable;
}

/** Every present content's embedding, made unit length again after its rounding to float16. */
export function loadVectors(store: ReadStore, encoder: EncoderRow): EmbeddedContents {
  const contentIds = Int32Array.from(listEmbeddedContents(store, encoder.key));
  const { dimensions } = encoder;
  const places = new Map<number, number>();
  contentIds.forEach((id, row) => places.set(id, row));
  const values = new Float32Array(contentIds.length * dimensions);
  const halves = new Uint16Array(dimensions);
  const bytes = new Uint8Array(halves.buffer);
  for (const [contentId, vector] of eachEmbedding(store, encoder.key)) {
    const row = places.get(contentId);
    if (row === undefined) continue;
    if (vector.length !== dimensions * 2)
      throw new BugError(`the embedding of content ${contentId} has ${vector.length} bytes; expected ${dimensions * 2}`);
    bytes.set(vector);
    const own = toFloat32(halves);
    let squares = 0;
    for (const value of own) squares += value * value;
    const scale = 1 / Math.sqrt(squares);
    for (let at = 0; at < dimensions; at++) values[row * dimensions + at] = (own[at] as number) * scale;
  }
  return { contentIds, table: { count: contentIds.length, dimensions, values } };
}
