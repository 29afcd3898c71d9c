/**
 * @file What was found in a collection as one HTML file that opens anywhere, without the app and without a network.
 */
import type { ExportedReport } from "#protocol/model.ts";

import { throwIfAborted } from "../../base/errors.ts";
import { showPath } from "../../base/path-bytes.ts";
import type { Collection } from "../../collection.ts";
import { listFolders } from "../../store/queries/folders.ts";
import type { LabelOf } from "../../views/select/select-keys.ts";
import { readRows } from "../data/image-facts.ts";
import { writePieces } from "../whole-file.ts";
import { createAlbum, type AlbumLimits } from "./album.ts";
import type { ReportContext, Section } from "./context.ts";
import { reportPage } from "./page.ts";
import { classesSection } from "./sections/classes.ts";
import { duplicatesSection } from "./sections/duplicates.ts";
import { encoderSection } from "./sections/encoder.ts";
import { issuesSection } from "./sections/issues.ts";
import { mapSection } from "./sections/map.ts";
import { outliersSection } from "./sections/outliers.ts";
import { summarySection } from "./sections/summary.ts";

export interface ReportRequest {
  /** Absolute; outside every folder of images, which the caller has seen to. */
  readonly out: string;
  readonly pictures: boolean;
  readonly labelOf: LabelOf | null;
  readonly nowMs: number;
  readonly limits?: AlbumLimits | undefined;
  readonly signal?: AbortSignal | undefined;
}

type MakeSection = (context: ReportContext) => Section | null | Promise<Section | null>;

/** In the order of the page. One that has nothing to say is left out. */
const makers: readonly MakeSection[] = [
  summarySection,
  mapSection,
  duplicatesSection,
  outliersSection,
  issuesSection,
  classesSection,
  encoderSection,
];

export async function exportReport(collection: Collection, request: ReportRequest): Promise<ExportedReport> {
  const { out, pictures, labelOf, nowMs, limits, signal } = request;
  const { count } = collection.catalogue().columns;
  const images = readRows(
    collection,
    Int32Array.from({ length: count }, (_, position) => position),
    labelOf,
  );
  const album = createAlbum(pictures ? collection.thumbnailFolder : null, limits);
  const byId = new Map(images.map((image) => [image.id as number, image]));
  const context: ReportContext = { collection, images, byId, album, folders: listFolders(collection.store).map(showPath) };
  const sections: Section[] = [];
  for (const make of makers) {
    throwIfAborted(signal);
    const section = await make(context);
    if (section !== null) sections.push(section);
  }
  const page = reportPage({
    title: collection.summary().name,
    sections,
    pictures: album.count,
    refused: album.refused,
    images: images.length,
    nowMs,
    withPictures: pictures,
  });
  await writePieces(out, [page], signal);
  return { files: [out], images: images.length, pictures: album.count, bytes: Buffer.byteLength(page) };
}
