/**
 * @file The map in the order of the columns.
 */
import type { MapColumns } from "#protocol/map-model.ts";
import type { EncoderId } from "#protocol/model.ts";

import type { Collection } from "../collection.ts";
import { readGraphRecall } from "../store/queries/graphs.ts";
import { firstImageOf } from "./catalogue.ts";

export function mapColumns(collection: Collection): MapColumns {
  const catalogue = collection.catalogue();
  const map = collection.map();
  const { count } = catalogue.columns;
  const coordinates = new Float32Array(2 * count).fill(Number.NaN);
  const sizes = new Map<number, number>();
  map?.contentIds.forEach((contentId, row) => {
    for (const position of catalogue.ofContent.get(contentId) ?? []) {
      coordinates[2 * position] = map.coordinates[2 * row] as number;
      coordinates[2 * position + 1] = map.coordinates[2 * row + 1] as number;
      const label = map.clusters[row] as number;
      if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    }
  });
  const clusters: { label: number; count: number; representative: MapColumns["clusters"][number]["representative"] }[] = [];
  map?.representatives.forEach((contentId, label) => {
    const representative = firstImageOf(catalogue, contentId);
    const size = sizes.get(label) ?? 0;
    if (representative !== null && size > 0) clusters.push({ label, count: size, representative });
  });
  return {
    version: catalogue.columns.version,
    encoder: collection.encoder().card.id as EncoderId,
    count,
    coordinates,
    clusters,
    placed: map?.placed.reduce((sum, contentId) => sum + (catalogue.ofContent.get(contentId)?.length ?? 0), 0) ?? 0,
    quality: map && { trustworthiness: map.trustworthiness, recall: map.recall, graphRecall: graphRecall(collection) },
  };
}

function graphRecall(collection: Collection): number {
  const row = collection.encoderRow();
  return (row && readGraphRecall(collection.store, row.key)) ?? 1;
}
