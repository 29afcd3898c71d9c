/**
 * @file The stored embeddings of one encoder as one table in memory.
 */
import { BugError } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { toFloat32 } from "../search/half-float.ts";
import type { ReadStore } from "../store/database.ts";
import { listEmbeddings, type EncoderRow } from "../store/queries/embeddings.ts";

export interface EmbeddedContents {
  /** Ascending; row i of the table is the embedding of content contentIds[i]. */
  readonly contentIds: Int32Array;
  readonly table: VectorTable;
}

/** Every present content's embedding, made unit length again after its rounding to float16. */
export function loadVectors(store: ReadStore, encoder: EncoderRow): EmbeddedContents {
  const rows = listEmbeddings(store, encoder.key);
  const { dimensions } = encoder;
  const contentIds = new Int32Array(rows.length);
  const halves = new Uint16Array(rows.length * dimensions);
  const bytes = new Uint8Array(halves.buffer);
  rows.forEach((row, index) => {
    if (row.vector.length !== dimensions * 2)
      throw new BugError(`the embedding of content ${row.content_id} has ${row.vector.length} bytes; expected ${dimensions * 2}`);
    contentIds[index] = row.content_id;
    bytes.set(row.vector, index * dimensions * 2);
  });
  const values = toFloat32(halves);
  for (let row = 0; row < rows.length; row++) {
    const start = row * dimensions;
    let sum = 0;
    for (let at = start; at < start + dimensions; at++) sum += (values[at] as number) ** 2;
    const scale = 1 / Math.sqrt(sum);
    for (let at = start; at < start + dimensions; at++) values[at] = (values[at] as number) * scale;
  }
  return { contentIds, table: { count: rows.length, dimensions, values } };
}
