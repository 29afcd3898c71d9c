/**
 * @file A stored graph brought up to date with the contents that are there now.
 */
import type { StageOptions } from "../base/stage.ts";
import { updateNeighbours } from "../search/update-neighbours.ts";
import type { FoundNeighbours } from "../search/find-neighbours.ts";
import type { StoredGraph } from "../store/queries/graphs.ts";
import { asGraph } from "./stored-graph.ts";
import type { EmbeddedContents } from "./vectors.ts";

export interface RenewRequest extends EmbeddedContents {
  readonly k: number;
  readonly earlier: StoredGraph | null;
}

/** Null where there is none, or where too much changed. */
export function renewGraph({ contentIds, table, k, earlier }: RenewRequest, options: StageOptions): FoundNeighbours | null {
  if (earlier === null) return null;
  const updated = updateNeighbours(table, k, { graph: asGraph(earlier), rows: rowsOf(contentIds, earlier.contentIds) }, options);
  if (updated === null) return null;
  // What was searched for now is exact; the others have what they had.
  const exact = table.count === 0 ? 1 : updated.searched / table.count;
  return { graph: updated.graph, recall: exact + (1 - exact) * earlier.recall };
}

/** The row in `earlier` of each content, -1 where it has none. */
export function rowsOf(contentIds: Int32Array, earlier: Int32Array): Int32Array {
  const rows = new Map<number, number>();
  earlier.forEach((id, row) => rows.set(id, row));
  return contentIds.map((id) => rows.get(id) ?? -1);
}
