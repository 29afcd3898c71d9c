/**
 * @file First stage: list the folders, compare with what is known, write every outcome that needs no reading. What must be read goes on
 * to the embed stage.
 */
import { toPathBytes } from "../base/path-bytes.ts";
import { decodeVersion } from "../ingest/decode/version.ts";
import { requireFolder } from "../ingest/scan/folders.ts";
import { judge, type Judgement } from "../ingest/scan/judge.ts";
import { unpackListing } from "../ingest/scan/pack.ts";
import type { ReadStore } from "../store/database.ts";
import { inTransaction } from "../store/statements.ts";
import { deleteFile, fileById, hideFile, listFilesAfter, markMissing, saveFile, touchFile, type FileRow } from "../store/queries/files.ts";
import { listUnembeddedContents } from "../store/queries/embeddings.ts";
import { readProperty, writeProperty } from "../store/queries/properties.ts";
import { lastScan, startScan } from "../store/queries/scans.ts";
import { compute } from "./compute.ts";
import type { Pipeline } from "./pipeline.ts";

export interface ScanResult {
  readonly scanId: number;
  readonly pending: Judgement<FileRow>["pending"];
  /** Known images that were not found: candidates for having moved; what is left of them at the end is missing. */
  readonly absent: FileRow[];
}

/** @param leftOut paths that are neither looked at nor missed: files that are being written */
export async function scanStage(pipeline: Pipeline, folders: readonly Buffer[], leftOut: readonly Buffer[] = []): Promise<ScanResult> {
  const { store, clock, job } = pipeline;
  for (const folder of folders) requireFolder(folder);
  const packed = await compute(
    "scan",
    { folders: [...folders], leaveOut: [toPathBytes(pipeline.dataFolder)] },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
  // Taken off while it was listed: what was not found is not missing.
  for (const folder of folders) requireFolder(folder);
  const isLeftOut = pathSet(leftOut);
  const { files, problems } = unpackListing(packed);
  const listing = { files: files.filter(({ path }) => !isLeftOut(path)), problems };
  const key = JSON.stringify(folders.map((folder) => folder.toString("hex")));
  const previous = lastScan(store);
  const scanId = previous && previous.finished_at === null && previous.folders === key ? previous.id : startScan(store, key, clock.now());
  // A newer decoder may read what an older one could not.
  const retryUnreadable = readProperty(store, "decodeVersion") !== String(decodeVersion);
  const known = (await knownFiles(store, () => breathe(pipeline))).filter(
    (row) => !isLeftOut(row.path) && !(retryUnreadable && row.state === "unreadable" && row.scan_id !== scanId),
  );
  const judgement = await judge(listing, known, folders, scanId, () => breathe(pipeline));
  await writeOutcomes(pipeline, judgement, scanId);
  inTransaction(store, () => writeProperty(store, "decodeVersion", String(decodeVersion)));
  const absent = judgement.missing.filter((row) => row.state !== "unsupported");
  return { scanId, pending: [...judgement.pending, ...unembedded(pipeline, judgement)], absent };
}

/** Files as before that another encoder (or an older version of this one) has read: one per content. */
function unembedded(pipeline: Pipeline, { same }: Judgement<FileRow>): Judgement<FileRow>["pending"] {
  const lacking = new Set(listUnembeddedContents(pipeline.store, pipeline.encoderRow.key));
  return same
    .filter(({ known }) => known.state === "image" && known.content_id !== null && lacking.delete(known.content_id))
    .map(({ file, known }) => ({ file, known }));
}

/** What is left of the absent ones once every pending file has been read is missing. */
export function settleMissing(pipeline: Pipeline, absent: readonly FileRow[], scanId: number): Promise<void> {
  const { store } = pipeline;
  return inSlices(pipeline, absent, (row) => {
    if (fileById(store, row.id)?.path.equals(row.path)) markMissing(store, row.id, scanId);
  });
}

/** @param breathe called between pages, so that the engine's thread answers others */
export async function knownFiles(store: ReadStore, breathe: () => Promise<void>): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for (;;) {
    const page = listFilesAfter(store, rows.at(-1)?.id ?? 0, 4000);
    if (page.length === 0) return rows;
    for (const row of page) rows.push(row);
    await breathe();
  }
}

function pathSet(paths: readonly Buffer[]): (path: Buffer) => boolean {
  const set = new Set(paths.map((path) => path.toString("latin1")));
  return (path) => set.has(path.toString("latin1"));
}

/** Lets the engine's thread answer others, and obeys pause and cancel. */
async function breathe({ job }: Pipeline): Promise<void> {
  await job.control.gate();
  await new Promise((resolve) => setImmediate(resolve));
}

/** In transactions of a bounded size, so that the engine's thread answers in between. */
async function inSlices<T>(pipeline: Pipeline, items: readonly T[], write: (item: T) => void): Promise<void> {
  const { store } = pipeline;
  const slice = 1000;
  for (let at = 0; at < items.length; at += slice) {
    await breathe(pipeline);
    inTransaction(store, () => items.slice(at, at + slice).forEach(write));
  }
}

async function writeOutcomes(pipeline: Pipeline, judgement: Judgement<FileRow>, scanId: number): Promise<void> {
  const { store } = pipeline;
  const work: (() => void)[] = [];
  for (const { known, outcome } of judgement.same) if (outcome !== "keep") work.push(() => touchFile(store, known.id, scanId, outcome));
  for (const file of judgement.unsupported)
    work.push(() => saveFile(store, { ...file, state: "unsupported", contentId: null, error: null, scanId, outcome: "unsupported" }));
  for (const { file, code, message } of judgement.unreadable)
    work.push(() =>
      saveFile(store, { ...file, state: "unreadable", contentId: null, error: { code, message }, scanId, outcome: "unreadable" }),
    );
  for (const { known, code, message } of judgement.hidden)
    work.push(() =>
      known.state === "unsupported"
        ? touchFile(store, known.id, scanId, "unsupported")
        : hideFile(store, known.id, { code, message }, scanId),
    );
  for (const row of judgement.missing) if (row.state === "unsupported") work.push(() => deleteFile(store, row.id));
  await inSlices(pipeline, work, (act) => act());
}
