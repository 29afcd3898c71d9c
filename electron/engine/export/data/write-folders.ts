/**
 * @file Copies of images, or links to them, in folders by class, with a list of what is where. Images are never moved or changed, nothing that is
 * there is written over, and nothing is written into a folder of images.
 */
import { constants } from "node:fs";
import { copyFile, link, mkdir, realpath, stat, statfs, symlink, unlink, utimes } from "node:fs/promises";

import type { ExportedData, Placement } from "#protocol/model.ts";

import { csvLine } from "../../base/csv-text.ts";
import { CancellationError, messageOf, throwIfAborted, UserError } from "../../base/errors.ts";
import { fsPath, showPath, toPathBytes, type PathBytes } from "../../base/path-bytes.ts";
import { requireOutside } from "../../ingest/scan/folders.ts";
import { writePieces } from "../whole-file.ts";
import { createNames, numbered } from "./folder-names.ts";
import { join, namesIn, type FolderPlan, type PlannedFile } from "./plan-folders.ts";

export interface FoldersRequest {
  /** Absolute. */
  readonly out: string;
  readonly plan: FolderPlan;
  readonly placement: Placement;
  readonly dryRun: boolean;
  /** Folders of the collection. */
  readonly imageFolders: readonly PathBytes[];
  readonly signal?: AbortSignal | undefined;
}

const manifestName = "manifest.csv";

/** One that was stopped leaves what it has placed, and the list of it. */
export async function writeFolders({ out, plan, placement, dryRun, imageFolders, signal }: FoldersRequest): Promise<ExportedData> {
  const root = toPathBytes(out);
  const manifest = join(root, createNames(namesIn(root))(Buffer.from(manifestName))).toString();
  const summary = {
    folders: plan.folders.map(({ name, images }) => ({ name, images })),
    bytes: placement === "copy" ? plan.bytes : 0,
    renamed: plan.renamed,
    dryRun,
  };
  // A folder of a class may be a link that leads back into the images.
  for (const { path } of plan.folders) requireOutside(path.toString(), imageFolders);
  if (dryRun) return { ...summary, files: [manifest], images: plan.files.length, leftOut: plan.leftOut };
  await makeFolders(root, plan);
  if (placement === "copy") await requireRoom(root, plan.bytes);
  const rows: string[] = [csvLine(["file", "source", "class", "note"])];
  let placed = 0;
  try {
    for (const planned of plan.files) {
      throwIfAborted(signal);
      const outcome = await placeFile(planned, placement);
      const shown = "name" in outcome ? showPath(join(planned.folder, outcome.name).subarray(root.length + 1)) : null;
      rows.push(csvLine([shown, showPath(planned.image.path), planned.className, "note" in outcome ? outcome.note : null]));
      if ("name" in outcome) placed++;
    }
  } finally {
    await writePieces(manifest, rows);
  }
  return { ...summary, files: [manifest], images: placed, leftOut: plan.leftOut + plan.files.length - placed };
}

async function makeFolders(out: PathBytes, { folders }: FolderPlan): Promise<void> {
  try {
    await mkdir(fsPath(out), { recursive: true });
    for (const { path } of folders) await mkdir(fsPath(path), { recursive: true });
  } catch (thrown) {
    throw new UserError("export-failed", `The folder ${showPath(out)} cannot be made: ${messageOf(thrown)}`, { cause: thrown });
  }
}

async function requireRoom(out: PathBytes, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(fsPath(out));
  if (bavail * bsize < bytes)
    throw new UserError(
      "no-space",
      `The copies take ${megabytes(bytes)} MB, and ${showPath(out)} has ${megabytes(bavail * bsize)} MB free. Nothing was copied; links take no room.`,
    );
}

type Outcome = { readonly name: Buffer } | { readonly note: string };

/** A file that is gone, or cannot be read, is left out and said so; that nothing can be written at all is an error. */
async function placeFile({ image, folder, name }: PlannedFile, placement: Placement): Promise<Outcome> {
  const source = fsPath(image.path);
  try {
    await stat(source);
  } catch (thrown) {
    return { note: `not there any more: ${messageOf(thrown)}` };
  }
  // Somebody may have taken the name since the plan was made.
  for (let attempt = 1; ; attempt++) {
    const own = attempt === 1 ? name : numbered(name, attempt);
    const target = join(folder, own);
    try {
      if (placement === "copy") await copyWhole(source, target);
      else if (placement === "symlink") await symlink(source, fsPath(target));
      else await link(await realpath(source), fsPath(target));
      return { name: own };
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code;
      if (code === "EEXIST" && attempt < 1000) continue;
      if (thrown instanceof CancellationError) throw thrown;
      if (code === "EACCES" && placement === "copy") return { note: `cannot be read: ${messageOf(thrown)}` };
      const advice = code === "EXDEV" ? " A hard link cannot lead to another disk: write copies or symbolic links." : "";
      throw new UserError("export-failed", `${showPath(target)} cannot be made: ${messageOf(thrown)}${advice}`, { cause: thrown });
    }
  }
}

/** Under a temporary name first; what has the name already stays. */
async function copyWhole(source: Buffer | string, target: PathBytes): Promise<void> {
  const temporary = fsPath(Buffer.concat([target.subarray(0, target.lastIndexOf(0x2f) + 1), Buffer.from(`.likeness-${process.pid}.part`)]));
  try {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await stat(source);
    await utimes(temporary, atime, mtime);
    try {
      // A rename would write over a file of that name; a link does not.
      await link(temporary, fsPath(target));
    } catch (thrown) {
      // File systems without links, such as FAT.
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes((thrown as NodeJS.ErrnoException).code ?? "")) throw thrown;
      await copyFile(temporary, fsPath(target), constants.COPYFILE_EXCL);
    }
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
