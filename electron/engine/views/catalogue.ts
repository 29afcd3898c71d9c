/**
 * @file Every present image in columns, the one table that grid, map and filters of a client stand on. Built once per version of the
 * store and kept; 100,000 images are a few megabytes.
 */
import type { ImageColumns, ImageId } from "#protocol/model.ts";
import { imageFlags } from "#protocol/model.ts";

import { showPath, splitPath } from "../base/path-bytes.ts";
import type { ReadStore } from "../store/database.ts";
import { readMap } from "../store/queries/graphs.ts";
import { readAll } from "../store/statements.ts";

export interface Catalogue {
  readonly columns: ImageColumns;
  /** Content id of each image, in the order of the columns. */
  readonly contentIds: Int32Array;
  /** Path bytes of each image, in the order of the columns. */
  readonly paths: readonly Buffer[];
  /** Position in the columns by image id. */
  readonly positions: ReadonlyMap<number, number>;
  /** Positions of the images that hold a content. */
  readonly ofContent: ReadonlyMap<number, readonly number[]>;
}

interface Row {
  id: number;
  path: Buffer;
  size_bytes: number;
  modified_us: number;
  content_id: number;
  width: number;
  height: number;
  average_colour: number;
  captured_at: number | null;
  percentile: number | null;
  issues: number;
  relation: number | null;
  embedded: number;
}

/** @param encoderKey null: no encoder ran yet */
export function buildCatalogue(store: ReadStore, encoderKey: number | null, version: number): Catalogue {
  const rows = readAll<Row>(
    store,
    `SELECT f.id, f.path, f.size_bytes, f.modified_us, f.content_id, c.width, c.height, c.average_colour, c.captured_at, o.percentile,
       EXISTS (SELECT 1 FROM issues i WHERE i.content_id = c.id) AS issues,
       p.relation, e.content_id IS NOT NULL AS embedded
     FROM files f JOIN contents c ON c.id = f.content_id
     LEFT JOIN outliers o ON o.encoder_key = @encoder AND o.content_id = c.id
     LEFT JOIN embeddings e ON e.encoder_key = @encoder AND e.content_id = c.id
     LEFT JOIN (
       SELECT content_id, MAX(strong) AS relation FROM (
         SELECT a AS content_id, relation <> 'same-scene' AS strong FROM pairs WHERE relation <> 'none'
           AND b IN (SELECT content_id FROM files WHERE state = 'image')
         UNION ALL
         SELECT b, relation <> 'same-scene' FROM pairs WHERE relation <> 'none'
           AND a IN (SELECT content_id FROM files WHERE state = 'image')
       ) GROUP BY content_id
     ) p ON p.content_id = c.id
     WHERE f.state = 'image'`,
    { encoder: encoderKey ?? -1 },
  );
  const sorted = sortByPath(rows);
  const count = sorted.length;
  const clusters = clusterOfContent(store, encoderKey);
  const columns = {
    ids: new Int32Array(count),
    widths: new Int32Array(count),
    heights: new Int32Array(count),
    colours: new Uint32Array(count),
    sizesBytes: new Float64Array(count),
    times: new Float64Array(count),
    folderIndexes: new Int32Array(count),
    clusters: new Int32Array(count).fill(-1),
    percentiles: new Float32Array(count).fill(Number.NaN),
    flags: new Uint8Array(count),
  };
  const contentIds = new Int32Array(count);
  const paths: Buffer[] = [];
  const names: string[] = [];
  const folders: string[] = [];
  const positions = new Map<number, number>();
  const ofContent = new Map<number, number[]>();
  sorted.forEach(({ row, folder, name }, index) => {
    if (folders[folders.length - 1] !== folder) folders.push(folder);
    columns.ids[index] = row.id;
    columns.widths[index] = row.width;
    columns.heights[index] = row.height;
    columns.colours[index] = row.average_colour;
    columns.sizesBytes[index] = row.size_bytes;
    columns.times[index] = row.captured_at ?? row.modified_us / 1000;
    columns.folderIndexes[index] = folders.length - 1;
    columns.clusters[index] = clusters.get(row.content_id) ?? -1;
    if (row.percentile !== null) columns.percentiles[index] = row.percentile;
    columns.flags[index] =
      (row.issues ? imageFlags.issue : 0) |
      (row.relation === 1 ? imageFlags.duplicate : row.relation === 0 ? imageFlags.sameScene : 0) |
      (row.embedded ? imageFlags.hasEmbedding : 0);
    contentIds[index] = row.content_id;
    paths.push(row.path);
    names.push(name.replaceAll("\n", " "));
    positions.set(row.id, index);
    const sharing = ofContent.get(row.content_id);
    if (sharing) sharing.push(index);
    else ofContent.set(row.content_id, [index]);
  });
  for (const sharing of ofContent.values())
    if (sharing.length > 1) for (const index of sharing) columns.flags[index] = (columns.flags[index] as number) | imageFlags.identicalFile | imageFlags.duplicate;
  return { columns: { version, count, ...columns, names: names.join("\n"), folders }, contentIds, paths, positions, ofContent };
}

/** The image ids of the first image of each content, for answers that speak of contents. */
export function firstImageOf(catalogue: Catalogue, contentId: number): ImageId | null {
  const position = catalogue.ofContent.get(contentId)?.[0];
  return position === undefined ? null : (catalogue.columns.ids[position] as ImageId);
}

function sortByPath(rows: readonly Row[]): { row: Row; folder: string; name: string }[] {
  const collator = new Intl.Collator("en", { numeric: true });
  const parts = rows.map((row) => {
    const { folder, name } = splitPath(row.path);
    return { row, folder: showPath(folder), name: showPath(name) };
  });
  const folderNames = [...new Set(parts.map((part) => part.folder))].sort(collator.compare);
  const order = new Map(folderNames.map((folder, index) => [folder, index]));
  return parts.sort(
    (one, other) => (order.get(one.folder) as number) - (order.get(other.folder) as number) || collator.compare(one.name, other.name) || one.row.path.compare(other.row.path),
  );
}

function clusterOfContent(store: ReadStore, encoderKey: number | null): Map<number, number> {
  const map = encoderKey === null ? null : readMap(store, encoderKey);
  const clusters = new Map<number, number>();
  map?.contentIds.forEach((id, index) => clusters.set(id, map.clusters[index] as number));
  return clusters;
}
