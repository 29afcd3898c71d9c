/**
 * @file Whether anything in some folders differs from what is known, without writing a thing: a program that touches a file, or writes files that are no
 * pictures, must not set off a job. And which files are being written just now.
 */
import { stat } from "node:fs/promises";

import type { Clock } from "../base/clock.ts";
import { inLanes } from "../base/lanes.ts";
import { fsPath, isInside, toPathBytes, type PathBytes } from "../base/path-bytes.ts";
import { judge, type Judgement } from "../ingest/scan/judge.ts";
import { unpackListing } from "../ingest/scan/pack.ts";
import type { FoundFile } from "../ingest/scan/walk.ts";
import type { JobControl } from "../jobs/control.ts";
import type { ReadStore } from "../store/database.ts";
import type { FileRow } from "../store/queries/files.ts";
import { compute } from "./compute.ts";
import { knownFiles } from "./scan-stage.ts";

export interface ChangesRequest {
  readonly store: ReadStore;
  readonly clock: Clock;
  readonly dataFolder: string;
  readonly folders: readonly PathBytes[];
  readonly control: JobControl;
  /** Waits between two looks at the same file. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface Changes {
  readonly isAny: boolean;
  /** Files whose size or time still moves. They are not counted as changes. */
  readonly moving: readonly PathBytes[];
  /** Of the folders that were asked for those in which there is no file any more, though pictures in them are known. */
  readonly emptied: readonly PathBytes[];
}

const betweenLooksMs = 400;
/** A file that was written less than this ago may be written on. */
const restMs = 700;
const lanes = 16;

export async function findChanges({ store, clock, dataFolder, folders, control, pause }: ChangesRequest): Promise<Changes> {
  const packed = await compute("scan", { folders: [...folders], leaveOut: [toPathBytes(dataFolder)] }, { control });
  const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const listing = unpackListing(packed);
  const judgement = await judge(listing, await knownFiles(store, breathe), folders, -1, breathe);
  const pending = judgement.pending.filter(({ file, known }) => isOther(file, known));
  if (pending.length > 0) await pause(betweenLooksMs);
  const moving: PathBytes[] = [];
  await inLanes(pending, lanes, async ({ file }) => {
    if (await isMoving(file, clock)) moving.push(file.path);
  });
  const emptied = folders.filter(
    (folder) =>
      !listing.files.some(({ path }) => isInside(path, folder)) &&
      judgement.missing.some(({ path, state }) => state === "image" && isInside(path, folder)),
  );
  return { isAny: pending.length > moving.length || hasOther(judgement), moving, emptied };
}

/** A file that could not be read for a reason outside its bytes is read again by every index job; it is no change. */
function isOther(file: FoundFile, known: FileRow | null): boolean {
  return known === null || known.state === "missing" || known.size_bytes !== file.sizeBytes || known.modified_us !== file.modifiedUs;
}

/** Of files that may not be read only an index job tells: there is nothing to show of them. */
function hasOther({ missing, hidden }: Judgement<FileRow>): boolean {
  return missing.some((row) => row.state !== "unsupported") || hidden.some(({ known }) => known.outcome !== "unreadable");
}

async function isMoving(file: FoundFile, clock: Clock): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(fsPath(file.path));
    // A clock of another machine may lie ahead for good: only what was written a moment ago counts.
    const isFresh = Math.abs(clock.now() - mtimeMs) < restMs;
    return isFresh || size !== file.sizeBytes || Math.round(mtimeMs * 1000) !== file.modifiedUs;
  } catch {
    // Gone or out of reach since: the next look tells.
    return true;
  }
}
