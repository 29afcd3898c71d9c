/**
 * @file From a content row to what the issue rules look at.
 */
import type { PictureQuality } from "../ingest/decode/types.ts";
import type { ContentMetrics } from "../outliers/metrics.ts";
import type { ContentRow } from "../store/queries/contents.ts";

export function contentMetrics(row: ContentRow): ContentMetrics {
  return { width: row.width, height: row.height, quality: JSON.parse(row.quality) as PictureQuality };
}
