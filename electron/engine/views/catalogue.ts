/**
 * @file Every present image in columns, the one table that grid, map and filters of a client stand on. Built once per version of the
 * store and kept; 100,000 images are a few megabytes.
 */
import type { ImageColumns, ImageId } from "#protocol/model.ts";
import { imageFlags } from "#protocol/model.ts";

import { compareNaturally } from "../base/natural-order.ts";
import { onlyText, showPath, splitPath } from "../base/path-bytes.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { framedFormats, standingFrame } from "../ingest/decode/types.ts";
import type { ReadStore } from "../store/database.ts";
import { listPairs } from "../store/queries/findings.ts";
import { readMap } from "../store/queries/graphs.ts";
import { readOne, readRaw } from "../store/statements.ts";
import { positionOfId, positionsOfContent, type PositionOfId, type PositionsOfContent } from "./positions.ts";
import { seriesColumns } from "./series.ts";

export interface Catalogue {
  readonly columns: ImageColumns;
  /** Content id of each image, in the order of the columns. */
  readonly contentIds: Int32Array;
  /** Path bytes of each image, in the order of the columns. */
  readonly paths: readonly Buffer[];
  /** Position in the columns by image id. */
  readonly positions: PositionOfId;
  /** Positions of the images that hold a content. */
  readonly ofContent: PositionsOfContent;
}

/** @param encoderKey null: no encoder ran yet */
export function buildCatalogue(store: ReadStore, encoderKey: number | null, version: number): Catalogue {
  const { files, folders } = sortedFiles(store);
  const count = files.length;
  const facts = readFacts(store, encoderKey);
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
  const frames = new Int32Array(count);
  const standing = new Int32Array(count);
  const contentIds = new Int32Array(count);
  const names: string[] = [];
  files.forEach(({ id, sizeBytes, modifiedUs, content, folderIndex, name }, index) => {
    columns.ids[index] = id;
    columns.widths[index] = facts.widths[content] as number;
    columns.heights[index] = facts.heights[content] as number;
    columns.colours[index] = facts.colours[content] as number;
    columns.sizesBytes[index] = sizeBytes;
    const captured = facts.captured[content] as number;
    columns.times[index] = Number.isNaN(captured) ? modifiedUs / 1000 : captured;
    columns.folderIndexes[index] = folderIndex;
    frames[index] = facts.frames[content] as number;
    standing[index] = facts.standing[content] as number;
    columns.clusters[index] = facts.clusters[content] as number;
    columns.percentiles[index] = facts.percentiles[content] as number;
    columns.flags[index] = facts.flags[content] as number;
    contentIds[index] = content;
    names.push(name.includes("\n") ? name.replaceAll("\n", " ") : name);
  });
  const positions = positionOfId(columns.ids);
  const ofContent = positionsOfContent(contentIds);
  raiseFlags(store, ofContent, columns.flags);
  const series = seriesColumns(store, { count, ofContent });
  let paths: readonly Buffer[] | null = null;
  return {
    columns: { version, count, ...columns, ...series, frames, standing, names: names.join("\n"), folders },
    contentIds,
    // Few ask for them, and a hundred thousand small buffers take as long as all the rest.
    get paths() {
      return (paths ??= files.map(bytesOf));
    },
    positions,
    ofContent,
  };
}

/** The same images after a person said which pairs are no duplicates. */
export function renewPairFlags(store: ReadStore, catalogue: Catalogue, version: number): Catalogue {
  const others = ~(imageFlags.identicalFile | imageFlags.duplicate | imageFlags.sameScene);
  const flags = catalogue.columns.flags.map((flag) => flag & others);
  raiseFlags(store, catalogue.ofContent, flags);
  return { ...catalogue, columns: { ...catalogue.columns, version, flags } };
}

/** The image ids of the first image of each content, for answers that speak of contents. */
export function firstImageOf(catalogue: Catalogue, contentId: number): ImageId | null {
  const position = catalogue.ofContent.get(contentId)?.[0];
  return position === undefined ? null : (catalogue.columns.ids[position] as ImageId);
}

interface FileEntry {
  readonly id: number;
  /** Text where its bytes are that text's and nothing else. */
  readonly path: string | Buffer;
  readonly sizeBytes: number;
  readonly modifiedUs: number;
  readonly content: number;
  /** Shown form. */
  readonly name: string;
  folderIndex: number;
}

function bytesOf({ path }: FileEntry): Buffer {
  return typeof path === "string" ? Buffer.from(path) : path;
}

/** By folder, then by name, in natural order. Each folder is sorted for itself: fewer and shorter comparisons. */
function sortedFiles(store: ReadStore): { files: FileEntry[]; folders: string[] } {
  const inFolder = new Map<string, FileEntry[]>();
  const sql = "SELECT id, CAST(path AS TEXT), size_bytes, modified_us, content_id FROM files WHERE state = 'image'";
  for (const [id, text, sizeBytes, modifiedUs, content] of readRaw<[number, string, number, number, number]>(store, sql)) {
    const path = onlyText(text)
      ? text
      : (readOne<{ path: Buffer }>(store, "SELECT path FROM files WHERE id = ?", id)?.path ?? Buffer.alloc(0));
    const { folder, name } = splitShown(path);
    const entry: FileEntry = { id, path, sizeBytes, modifiedUs, content, name, folderIndex: 0 };
    const found = inFolder.get(folder);
    if (found) found.push(entry);
    else inFolder.set(folder, [entry]);
  }
  const ordered = [...inFolder].sort(([one], [other]) => compareNaturally(one, other) || (one < other ? -1 : 1));
  ordered.forEach(([, files], folderIndex) => {
    files.sort((one, other) => compareNaturally(one.name, other.name) || Buffer.compare(bytesOf(one), bytesOf(other)));
    for (const file of files) file.folderIndex = folderIndex;
  });
  return { files: ordered.flatMap(([, files]) => files), folders: ordered.map(([folder]) => folder) };
}

function splitShown(path: string | Buffer): { folder: string; name: string } {
  if (typeof path === "string") {
    const at = path.lastIndexOf("/");
    return { folder: path.slice(0, Math.max(at, 1)), name: path.slice(at + 1) };
  }
  const { folder, name } = splitPath(path);
  return { folder: showPath(folder), name: showPath(name) };
}

/** What is known of each content, by its id: flat queries and arrays, several times quicker than one wide join. */
interface ContentFactColumns {
  readonly widths: Int32Array;
  readonly heights: Int32Array;
  readonly colours: Uint32Array;
  /** That can be looked at one by one. */
  readonly frames: Int32Array;
  readonly standing: Int32Array;
  /** NaN: not recorded. */
  readonly captured: Float64Array;
  readonly clusters: Int32Array;
  readonly percentiles: Float32Array;
  readonly flags: Uint8Array;
}

type ContentFactRow = [number, number, number, number, number | null, number, string];

function readFacts(store: ReadStore, encoderKey: number | null): ContentFactColumns {
  const size = 1 + (readOne<{ last: number | null }>(store, "SELECT MAX(id) AS last FROM contents")?.last ?? 0);
  const facts: ContentFactColumns = {
    widths: new Int32Array(size),
    heights: new Int32Array(size),
    colours: new Uint32Array(size),
    frames: new Int32Array(size).fill(1),
    standing: new Int32Array(size),
    captured: new Float64Array(size).fill(Number.NaN),
    clusters: new Int32Array(size).fill(-1),
    percentiles: new Float32Array(size).fill(Number.NaN),
    flags: new Uint8Array(size),
  };
  const { widths, heights, colours, frames, standing, captured, clusters, percentiles, flags } = facts;
  const sql = "SELECT id, width, height, average_colour, captured_at, frame_count, format FROM contents WHERE error_code IS NULL";
  for (const [id, width, height, colour, time, frameCount, format] of readRaw<ContentFactRow>(store, sql)) {
    if (frameCount > 1 && framedFormats.includes(format)) {
      frames[id] = frameCount;
      standing[id] = standingFrame(format, frameCount);
    }
    widths[id] = width;
    heights[id] = height;
    colours[id] = colour;
    if (time !== null) captured[id] = time;
  }
  for (const [content] of readRaw<[number]>(store, "SELECT DISTINCT content_id FROM issues")) flags[content] = imageFlags.issue;
  if (encoderKey === null) return facts;
  for (const [content] of readRaw<[number]>(store, "SELECT content_id FROM embeddings WHERE encoder_key = ?", encoderKey))
    flags[content] = (flags[content] as number) | imageFlags.hasEmbedding;
  for (const [content, percentile] of readRaw<[number, number]>(
    store,
    "SELECT content_id, percentile FROM outliers WHERE encoder_key = ?",
    encoderKey,
  ))
    percentiles[content] = percentile;
  const map = readMap(store, encoderKey);
  map?.contentIds.forEach((id, index) => (clusters[id] = map.clusters[index] as number));
  return facts;
}

function raiseFlags(store: ReadStore, ofContent: Catalogue["ofContent"], flags: Uint8Array): void {
  raisePairs(store, ofContent, (content, flag) => {
    for (const index of ofContent.get(content) ?? []) flags[index] = (flags[index] as number) | flag;
  });
  for (const index of ofContent.shared()) flags[index] = (flags[index] as number) | imageFlags.identicalFile | imageFlags.duplicate;
}

/** A pair counts where both its pictures are present. A copy of one is no longer only a scene of another. */
function raisePairs(store: ReadStore, present: PositionsOfContent, raise: (content: number, flag: number) => void): void {
  const pairs = listPairs(store, verifierVersion).filter(({ a, b }) => present.has(a) && present.has(b));
  const copies = new Set(pairs.flatMap(({ a, b, relation }) => (relation === "same-scene" ? [] : [a, b])));
  for (const { a, b } of pairs)
    for (const content of [a, b]) raise(content, copies.has(content) ? imageFlags.duplicate : imageFlags.sameScene);
}
