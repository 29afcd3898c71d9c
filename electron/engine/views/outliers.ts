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
  const entries: OutlierEntry[] = [];
  let total = 0;
  for (const outlier of listOutliers(collection.store, row.key)) {
    for (const position of catalogue.ofContent.get(outlier.contentId) ?? []) {
      if (total >= offset && entries.length < limit) {
        const nearest = [...outlier.nearest].map((contentId) => firstImageOf(catalogue, contentId)).filter((id) => id !== null);
        entries.push({ id: catalogue.columns.ids[position] as ImageId, score: outlier.score, percentile: outlier.percentile, nearest });
      }
      total++;
    }
  }
  return { entries, total };
}
