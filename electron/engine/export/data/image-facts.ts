/**
 * @file Everything an export says of an image, read in a few flat queries.
 */
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";

import type { Collection } from "../../collection.ts";
import type { PictureMetadata } from "../../ingest/decode/types.ts";
import type { ReadStore } from "../../store/database.ts";
import { listPresentContents, type ContentRow } from "../../store/queries/contents.ts";
import { listIssues, listOutlierScores } from "../../store/queries/findings.ts";
import { readRaw } from "../../store/statements.ts";
import { oddestFirst } from "../../views/outliers.ts";
import { mapColumns } from "../../views/map.ts";
import type { LabelOf } from "../../views/select/select-keys.ts";

export interface ImageFacts {
  readonly id: ImageId;
  readonly contentId: number;
  /** Bytes of the absolute path. */
  readonly path: Buffer;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly content: ContentRow;
  /** Never holds patient fields: decoding leaves them out. */
  readonly metadata: PictureMetadata;
  /** Null where there is no map; -1 is no cluster. */
  readonly cluster: number | null;
  readonly place: readonly [x: number, y: number] | null;
  /** Rank 1 is the most unusual of the collection. */
  readonly outlier: { readonly rank: number; readonly score: number; readonly percentile: number } | null;
  readonly issues: readonly string[];
  readonly groups: readonly DuplicateGroup[];
  readonly label: string | null;
}

/** In the order of the positions in the catalogue. */
export function readRows(collection: Collection, positions: Int32Array, labelOf: LabelOf | null): ImageFacts[] {
  const { store } = collection;
  const { columns, contentIds, paths } = collection.catalogue();
  const contents = new Map(listPresentContents(store).map((row) => [row.id, row]));
  const modified = new Map(readRaw<[number, number]>(store, "SELECT id, modified_us FROM files WHERE state = 'image'"));
  const hasMap = collection.map() !== null;
  const { coordinates } = mapColumns(collection);
  const outliers = readOutliers(collection);
  const issues = readIssues(store);
  const groups = collection.groups();
  return Array.from(positions, (position): ImageFacts => {
    const id = columns.ids[position] as ImageId;
    const contentId = contentIds[position] as number;
    const content = contents.get(contentId) as ContentRow;
    const [x, y] = coordinates.subarray(2 * position, 2 * position + 2) as unknown as [number, number];
    return {
      id,
      contentId,
      path: paths[position] as Buffer,
      width: content.width,
      height: content.height,
      sizeBytes: columns.sizesBytes[position] as number,
      modifiedAt: (modified.get(id) ?? 0) / 1000,
      content,
      metadata: JSON.parse(content.metadata) as PictureMetadata,
      cluster: hasMap && !Number.isNaN(x) ? (columns.clusters[position] as number) : null,
      place: Number.isNaN(x) ? null : [shortened(x), shortened(y)],
      outlier: outliers.get(id) ?? null,
      issues: issues.get(contentId) ?? [],
      groups: groups.ofImage(id),
      label: labelOf?.(contentId) ?? null,
    };
  });
}

/** By image. */
function readOutliers(collection: Collection): Map<number, NonNullable<ImageFacts["outlier"]>> {
  const found = new Map<number, NonNullable<ImageFacts["outlier"]>>();
  const row = collection.encoderRow();
  if (row === null) return found;
  const catalogue = collection.catalogue();
  const { ids, percentiles } = catalogue.columns;
  const scores = new Map(listOutlierScores(collection.store, row.key).map(({ content_id: content, score }) => [content, score]));
  oddestFirst(collection, catalogue, row.key).forEach((position, index) =>
    found.set(ids[position] as number, {
      rank: index + 1,
      score: scores.get(catalogue.contentIds[position] as number) as number,
      percentile: shortened(percentiles[position] as number),
    }),
  );
  return found;
}

function readIssues(store: ReadStore): Map<number, string[]> {
  const kinds = new Map<number, string[]>();
  for (const issue of listIssues(store)) {
    const known = kinds.get(issue.content_id);
    if (known) known.push(issue.kind);
    else kinds.set(issue.content_id, [issue.kind]);
  }
  return kinds;
}

/** A float32 with the digits that it has: as a float64 it would be written with noise behind them. */
function shortened(value: number): number {
  return Number(value.toPrecision(7));
}
