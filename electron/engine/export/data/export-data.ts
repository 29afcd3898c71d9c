/**
 * @file A selection of images written down in one of five forms.
 */
import type { ExportClasses, ExportedData, ExportFormat, Placement } from "#protocol/model.ts";

import { toPathBytes } from "../../base/path-bytes.ts";
import type { Collection } from "../../collection.ts";
import { listFolders } from "../../store/queries/folders.ts";
import type { LabelOf } from "../../views/select/select-keys.ts";
import { selectImages } from "../../views/select/select-images.ts";
import { exportEmbeddings } from "../embeddings.ts";
import { classify } from "./classes.ts";
import { readRows } from "./image-facts.ts";
import { imageTable } from "./image-table.ts";
import { planFolders } from "./plan-folders.ts";
import { writeCoco } from "./write-coco.ts";
import { writeFolders } from "./write-folders.ts";
import { writeCsvTable, writeParquetTable } from "./write-table.ts";

export interface DataRequest {
  readonly format: ExportFormat;
  /** Absolute: a file, or for folders a folder. Outside every folder of images, which the caller has seen to. */
  readonly out: string;
  /** Only these, by id; ids of images that are gone count as nothing. */
  readonly images?: Int32Array | undefined;
  /** A selection as views/select reads it; empty: every image. */
  readonly select: string;
  readonly by: ExportClasses | undefined;
  readonly placement: Placement;
  readonly dryRun: boolean;
  readonly labelOf: LabelOf | null;
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Of folders only. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export async function exportData(collection: Collection, request: DataRequest): Promise<ExportedData> {
  const { format, out: file, labelOf, dryRun, signal } = request;
  const positions = chosen(collection, request);
  const whole: ExportedData = { files: [file], images: positions.length, leftOut: 0, dryRun };
  switch (format) {
    case "csv":
      if (!dryRun) await writeCsvTable(file, imageTable(collection, positions, labelOf), signal);
      return whole;
    case "parquet": {
      const about = { collection: collection.summary().name, encoder: collection.encoder().card.id };
      if (!dryRun) await writeParquetTable(file, imageTable(collection, positions, labelOf), about, signal);
      return whole;
    }
    case "npy": {
      const written = await exportEmbeddings(collection, { file, positions, format: "npy", dryRun, signal });
      return { files: written.files, images: written.images, leftOut: positions.length - written.images, dryRun };
    }
    case "coco": {
      const images = readRows(collection, positions, labelOf);
      const classes = classify(images, request.by);
      const { name } = collection.summary();
      const folders = listFolders(collection.store);
      if (!dryRun) await writeCoco(file, { name, folders, images, classes, nowMs: request.nowMs }, signal);
      return whole;
    }
    case "folders": {
      const images = readRows(collection, positions, labelOf);
      const plan = planFolders(toPathBytes(file), images, classify(images, request.by));
      return writeFolders({ ...request, plan, imageFolders: listFolders(collection.store) });
    }
  }
}

/** Positions in the catalogue, ascending. */
function chosen(collection: Collection, { images, select, labelOf }: DataRequest): Int32Array {
  const selected = selectImages(collection, select, labelOf);
  if (images === undefined) return selected;
  const wanted = new Set(images);
  const { ids } = collection.catalogue().columns;
  return selected.filter((position) => wanted.has(ids[position] as number));
}
