/**
 * @file First stage: list the folders, compare with what is known, write every outcome that needs no reading. What must be read goes on
 * to the embed stage.
 */
import { UserError } from "../base/errors.ts";
import { fsPath, showPath } from "../base/path-bytes.ts";
import { decodeVersion } from "../ingest/decode/version.ts";
import { judge, type Judgement } from "../ingest/scan/judge.ts";
import { unpackListing } from "../ingest/scan/pack.ts";
import { inTransaction, readOne } from "../store/statements.ts";
import { deleteFile, listFiles, markMissing, saveFile, touchFile, type FileRow } from "../store/queries/files.ts";
import { readProperty, writeProperty } from "../store/queries/properties.ts";
import { lastScan, startScan } from "../store/queries/scans.ts";
import { compute } from "./compute.ts";
import type { Pipeline } from "./pipeline.ts";
import { statSync } from "node:fs";

export interface ScanResult {
  readonly scanId: number;
  readonly pending: Judgement<FileRow>["pending"];
  /** Known images that were not found: candidates for having moved; what is left of them at the end is missing. */
  readonly absent: FileRow[];
}

export async function scanStage(pipeline: Pipeline, folders: readonly Buffer[]): Promise<ScanResult> {
  const { store, clock, job } = pipeline;
  for (const folder of folders) requireFolder(folder);
  const packed = await compute("scan", { folders: [...folders] }, { control: job.control, onProgress: (done, total) => job.progress(done, total) });
  const listing = unpackListing(packed);
  const key = JSON.stringify(folders.map((folder) => folder.toString("hex")));
  const previous = lastScan(store);
  const scanId = previous && previous.finished_at === null && previous.folders === key ? previous.id : startScan(store, key, clock.now());
  // A newer decoder may read what an older one could not.
  const retryUnreadable = readProperty(store, "decodeVersion") !== String(decodeVersion);
  const known = listFiles(store).filter((row) => !(retryUnreadable && row.state === "unreadable" && row.scan_id !== scanId));
  const judgement = judge(listing, known, folders, scanId);
  await writeOutcomes(pipeline, judgement, scanId);
  inTransaction(store, () => writeProperty(store, "decodeVersion", String(decodeVersion)));
  const absent = judgement.missing.filter((row) => row.state !== "unsupported");
  return { scanId, pending: judgement.pending, absent };
}

/** What is left of the absent ones once every pending file has been read is missing. */
export function settleMissing(pipeline: Pipeline, absent: readonly FileRow[], scanId: number): void {
  inTransaction(pipeline.store, () => {
    for (const row of absent) {
      const now = readOne<{ path: Buffer; scan_id: number }>(pipeline.store, "SELECT path, scan_id FROM files WHERE id = ?", row.id);
      if (now && now.path.equals(row.path)) markMissing(pipeline.store, row.id, scanId);
    }
  });
}

async function writeOutcomes(pipeline: Pipeline, judgement: Judgement<FileRow>, scanId: number): Promise<void> {
  const { store, job } = pipeline;
  const work: (() => void)[] = [];
  for (const { known, outcome } of judgement.same) if (outcome !== "keep") work.push(() => touchFile(store, known.id, scanId, outcome));
  for (const file of judgement.unsupported)
    work.push(() => saveFile(store, { ...file, state: "unsupported", contentId: null, error: null, scanId, outcome: "unsupported" }));
  for (const { file, code, message } of judgement.unreadable)
    work.push(() => saveFile(store, { ...file, state: "unreadable", contentId: null, error: { code, message }, scanId, outcome: "unreadable" }));
  for (const { known } of judgement.hidden) work.push(() => touchFile(store, known.id, scanId, "unreadable"));
  for (const row of judgement.missing) if (row.state === "unsupported") work.push(() => deleteFile(store, row.id));
  // In slices, so that the engine's thread answers in between.
  const slice = 2000;
  for (let at = 0; at < work.length; at += slice) {
    await job.control.gate();
    inTransaction(store, () => work.slice(at, at + slice).forEach((act) => act()));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function requireFolder(folder: Buffer): void {
  const shown = showPath(folder);
  let isFolder: boolean;
  try {
    isFolder = statSync(fsPath(folder)).isDirectory();
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "EACCES") throw new UserError("folder-permission", `No permission to read the folder ${shown}.`, { cause: thrown });
    throw new UserError("folder-missing", `The folder ${shown} does not exist (${code ?? "unknown"}). If it is on a removable or network drive, connect it and try again; nothing was changed.`, { cause: thrown });
  }
  if (!isFolder) throw new UserError("not-a-folder", `${shown} is a file; expected a folder of images.`);
}
