/**
 * @file All images by oddness, oddest first. Identical files share their content's score and stand together.
 */
import type { ImageId } from "#protocol/model.ts";
import type { OutlierEntry } from "#protocol/outlier-model.ts";

import type { Collection } from "../collection.ts";
import { listOutlierScores, outlierOfContent } from "../store/queries/findings.ts";
import { firstImageOf, type Catalogue } from "./catalogue.ts";

export function listOutlierEntries(collection: Collection, offset: number, limit: number): { entries: OutlierEntry[]; total: number } {
  const row = collection.encoderRow();
  if (!row) return { entries: [], total: 0 };
  const catalogue = collection.catalogue();
  const order = oddestFirst(collection, catalogue, row.key);
  const entries = [...order.subarray(offset, Math.min(order.length, offset + limit))].flatMap((position): OutlierEntry[] => {
    const outlier = outlierOfContent(collection.store, row.key, catalogue.contentIds[position] as number);
    // The order was read a moment earlier; indexing may have replaced the scores since, and tells so presently.
    if (!outlier) return [];
    const nearest = [...outlier.nearest].map((contentId) => firstImageOf(catalogue, contentId)).filter((id) => id !== null);
    return [{ id: catalogue.columns.ids[position] as ImageId, score: outlier.score, percentile: outlier.percentile, nearest }];
  });
  return { entries, total: order.length };
}

const orders = new WeakMap<Catalogue, Int32Array>();

/** Positions in the catalogue; kept with it, so that paging does not sort again. */
export function oddestFirst({ store }: Collection, catalogue: Catalogue, encoderKey: number): Int32Array {
  const known = orders.get(catalogue);
  if (known) return known;
  const scores = new Map(listOutlierScores(store, encoderKey).map(({ content_id, score }) => [content_id, score]));
  const positions = catalogue.contentIds
    .map((_, position) => position)
    .filter((position) => scores.has(catalogue.contentIds[position] as number));
  const scoreAt = Float64Array.from(catalogue.contentIds, (id) => scores.get(id) ?? 0);
  // Copies share a score; by place in the catalogue, the order is the same in every run.
  positions.sort((one, other) => (scoreAt[other] as number) - (scoreAt[one] as number) || one - other);
  orders.set(catalogue, positions);
  return positions;
}
