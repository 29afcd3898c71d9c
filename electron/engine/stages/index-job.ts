/**
 * @file The main job: from folders to map, duplicates, outliers. Its stages run in the order of `indexStages`; each leaves the store
 * consistent and skips what is already there, so the job can be cut anywhere and run again.
 */
import type { DeviceName, IndexReport, StageSeconds } from "#protocol/model.ts";

import { startTimer, type Clock } from "../base/clock.ts";
import { isInside, parseShownPath, showPath } from "../base/path-bytes.ts";
import type { ChildPool } from "../children/child-pool.ts";
import { findEncoder } from "../encoders/registry.ts";
import { requireFolder } from "../ingest/scan/folders.ts";
import type { JobContext, JobResult } from "../jobs/job-runner.ts";
import { openOnDevice, type ChosenDevice } from "../runtime/devices.ts";
import { openedAhead } from "../runtime/opened-ahead.ts";
import type { WriteStore } from "../store/database.ts";
import { saveEncoder } from "../store/queries/embeddings.ts";
import { countImages, countOutcomes, listUnreadable } from "../store/queries/files.ts";
import { addFolder, listFolders } from "../store/queries/folders.ts";
import { finishScan } from "../store/queries/scans.ts";
import { inTransaction } from "../store/statements.ts";
import { duplicatesStage } from "./duplicates-stage.ts";
import { embedStage } from "./embed-stage.ts";
import { describeEncoderRow, inferenceRequest } from "./encoder-use.ts";
import { mapStage } from "./map-stage.ts";
import { neighboursStage } from "./neighbours-stage.ts";
import { outliersStage } from "./outliers-stage.ts";
import type { Pipeline } from "./pipeline.ts";
import { scanStage, settleMissing, type ScanResult } from "./scan-stage.ts";
import { switchEncoder } from "./switch-encoder.ts";

export interface IndexParameters {
  /** Shown form, absolute. */
  readonly folders: readonly string[];
  readonly encoder: string;
  readonly device: DeviceName;
  /** The collection goes on with the encoder it has until everything of this one is there. */
  readonly switchLast?: boolean;
  /** Shown form: files that are being written, left for another time. */
  readonly leftOut?: readonly string[];
  /** Of a watched folder: what joined is compared with everything, and nothing else again. */
  readonly freshOnly?: boolean;
}

export interface IndexSurroundings {
  readonly store: WriteStore;
  readonly clock: Clock;
  readonly children: ChildPool;
  readonly thumbnailFolder: string;
  readonly dataFolder: string;
  readonly threads: number;
  readonly changed: Pipeline["changed"];
}

export async function runIndexJob(parameters: IndexParameters, surroundings: IndexSurroundings, job: JobContext): Promise<JobResult> {
  const { store, clock } = surroundings;
  const total = startTimer(clock);
  const folders = parameters.folders.map(parseShownPath);
  const encoder = findEncoder(parameters.encoder, surroundings.dataFolder);
  // Before the first row: a folder that is not there must not become one of the collection's.
  folders.forEach(requireFolder);
  const encoderRow = inTransaction(store, () => {
    for (const folder of folders) if (!listFolders(store).some((known) => isInside(folder, known))) addFolder(store, folder, clock.now());
    if (parameters.switchLast !== true) switchEncoder(store, encoder.card.id);
    return saveEncoder(store, describeEncoderRow(encoder));
  });
  const pipeline: Pipeline = { ...surroundings, encoder, encoderRow, job };
  let used: ChosenDevice["device"] | null = null;
  const ahead = openedAhead(async () => {
    const chosen = await openOnDevice(inferenceRequest(encoder, surroundings.threads), parameters.device, clock);
    used = chosen.device;
    return chosen;
  });
  // Of a new collection every file will be read: those who read, and the encoder, start while it is listed.
  if (countImages(store) === 0) {
    surroundings.children.warm();
    ahead.start();
  }
  const seconds = { scan: 0, decode: 0, embed: 0, neighbours: 0, map: 0, duplicates: 0, outliers: 0 };
  const timed = async <T>(stage: "scan" | "neighbours" | "map" | "duplicates" | "outliers", work: () => Promise<T>): Promise<T> => {
    await job.control.gate();
    job.enter(stage);
    const timer = startTimer(clock);
    const result = await work();
    seconds[stage] = timer();
    return result;
  };

  let scanned: ScanResult;
  try {
    scanned = await timed("scan", () => scanStage(pipeline, folders, parameters.leftOut?.map(parseShownPath)));
    surroundings.changed("images", "collection");
    job.enter("embed");
    Object.assign(seconds, await embedStage(pipeline, scanned, ahead.take));
  } finally {
    await ahead.release();
  }
  // A drive that was taken off meanwhile must not pass for files that were removed.
  folders.forEach(requireFolder);
  await settleMissing(pipeline, scanned.absent, scanned.scanId);
  surroundings.changed("images", "collection");

  await timed("neighbours", () => neighboursStage(pipeline));
  await timed("map", () => mapStage(pipeline));
  surroundings.changed("images", "map", "collection");
  await timed("duplicates", () => duplicatesStage(pipeline, { freshOnly: parameters.freshOnly }));
  surroundings.changed("images", "duplicates", "collection");
  await timed("outliers", () => outliersStage(pipeline));
  inTransaction(store, () => {
    finishScan(store, scanned.scanId, clock.now());
    switchEncoder(store, encoder.card.id);
  });
  surroundings.changed("images", "outliers", "issues", "collection");

  const device = used ?? (parameters.device === "auto" ? "cpu" : parameters.device);
  const report = makeReport(pipeline, scanned.scanId, { ...seconds, total: total() }, device);
  return { summary: summarise(report), report };
}

function makeReport(pipeline: Pipeline, scanId: number, seconds: StageSeconds, device: string): IndexReport {
  const { store, encoder } = pipeline;
  const files = { seen: 0, added: 0, unchanged: 0, moved: 0, missing: 0, unreadable: 0, unsupported: 0 };
  for (const { outcome, count } of countOutcomes(store, scanId)) {
    files[outcome] = count;
    files.seen += count;
  }
  return {
    images: countImages(store),
    files,
    encoder: { id: encoder.card.id, dimensions: encoder.card.output.dimensions, device },
    seconds,
    unreadable: listUnreadable(store, scanId).map((row) => ({
      path: showPath(row.path),
      code: row.error_code,
      message: row.error_message,
    })),
  };
}

function summarise({ images, files }: IndexReport): string {
  const count = (value: number, one: string, many: string): string => `${value.toLocaleString("en")} ${value === 1 ? one : many}`;
  const parts = [count(images, "image", "images")];
  if (files.added > 0) parts.push(`${files.added.toLocaleString("en")} new`);
  if (files.moved > 0) parts.push(`${files.moved.toLocaleString("en")} moved`);
  if (files.missing > 0) parts.push(`${files.missing.toLocaleString("en")} missing`);
  if (files.unreadable > 0) parts.push(`${count(files.unreadable, "file", "files")} could not be read`);
  return parts.join(", ");
}
