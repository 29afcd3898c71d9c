/**
 * @file Pairs across two folders as a table.
 */
import { resolve } from "node:path";

import { csvLine } from "../../base/csv-text.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { Collection } from "../../collection.ts";
import { requireOutside } from "../../ingest/scan/folders.ts";
import { listFolders } from "../../store/queries/folders.ts";
import type { BetweenFolders } from "../../views/between.ts";

/** One row for each pair: image of the first folder, image of the second, relation, score. */
export function writeBetween(collection: Collection, { groups }: BetweenFolders, out: string): { file: string; pairs: number } {
  const file = resolve(out);
  requireOutside(file, listFolders(collection.store));
  const lines = [csvLine(["a", "b", "relation", "score"])];
  for (const { members, pairs } of groups) {
    const paths = new Map(members.map(({ id, path }) => [id, path]));
    for (const { a, b, relation, score } of pairs) lines.push(csvLine([paths.get(a) ?? "", paths.get(b) ?? "", relation, String(score)]));
  }
  writeWhole(file, lines.join(""));
  return { file, pairs: lines.length - 1 };
}
