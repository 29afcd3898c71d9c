/**
 * @file All images by oddness, oddest first. Identical files share their content's score and stand together.
 */
import type { ImageId, OutlierEntry } from "#protocol/model.ts";

import type { Collection } from "../collection.ts";
import { listOutliers } from "../store/queries/findings.ts";
import { firstImageOf } from "./catalogue.ts";

export function listOutlierEntries(collection: Collection, offset: number, limit: number): { entries: OutlierEntry[]; total: number } {
  const row = collection.encoderRow();
  if (!row) return { entries: [], total: 0 };
  const catalogue = collection.catalogue();
  const all = listOutliers(collection.store, row.key).flatMap((outlier) => (catalogue.ofContent.get(outlier.contentId) ?? []).map((position) => ({ outlier, position })));
  // Copies share a score; by place in the catalogue, the order is the same in every run.
  all.sort((one, other) => other.outlier.score - one.outlier.score || one.position - other.position);
  const entries = all.slice(offset, offset + limit).map(
    ({ outlier, position }): OutlierEntry => ({
      id: catalogue.columns.ids[position] as ImageId,
      score: outlier.score,
      percentile: outlier.percentile,
      nearest: [...outlier.nearest].map((contentId) => firstImageOf(catalogue, contentId)).filter((id) => id !== null),
    }),
  );
  return { entries, total: all.length };
}
