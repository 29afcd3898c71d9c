/**
 * @file Copies of images, or links to them, in folders by class, with a list of what is where. Images are never moved or changed, nothing that is
 * there is written over, and nothing is written into a folder of images.
 */
import { constants } from "node:fs";
import { copyFile, link, mkdir, realpath, rmdir, stat, statfs, symlink, unlink, utimes } from "node:fs/promises";

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
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const manifestName = "manifest.csv";

/** One that was stopped takes away what it has placed; one that failed leaves it, with the list of it. */
export async function writeFolders({
  out,
  plan,
  placement,
  dryRun,
  imageFolders,
  signal,
  onProgress,
}: FoldersRequest): Promise<ExportedData> {
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
  const made = await makeFolders(root, plan);
  const placed: PathBytes[] = [];
  try {
    if (placement === "copy") await requireRoom(root, plan.bytes);
    await placeAll({ plan, placement, root, manifest, placed, signal, onProgress });
    return { ...summary, files: [manifest], images: placed.length, leftOut: plan.leftOut + plan.files.length - placed.length };
  } catch (thrown) {
    if (thrown instanceof CancellationError) await takeAway([...placed, Buffer.from(manifest)], made);
    throw thrown;
  }
}

interface Placing extends Pick<FoldersRequest, "plan" | "placement" | "signal" | "onProgress"> {
  readonly root: PathBytes;
  readonly manifest: string;
  /** Filled with what was placed. */
  readonly placed: PathBytes[];
}

async function placeAll({ plan, placement, root, manifest, placed, signal, onProgress }: Placing): Promise<void> {
  const rows: string[] = [csvLine(["file", "source", "class", "note"])];
  try {
    for (const [at, planned] of plan.files.entries()) {
      throwIfAborted(signal);
      const outcome = await placeFile(planned, placement);
      const shown = "name" in outcome ? showPath(join(planned.folder, outcome.name).subarray(root.length + 1)) : null;
      rows.push(csvLine([shown, showPath(planned.image.path), planned.className, "note" in outcome ? outcome.note : null]));
      if ("name" in outcome) placed.push(join(planned.folder, outcome.name));
      onProgress?.(at + 1, plan.files.length);
    }
  } finally {
    await writePieces(manifest, rows);
  }
}

/** Gives the folders that were not there before, the inner ones last. */
async function makeFolders(out: PathBytes, { folders }: FolderPlan): Promise<PathBytes[]> {
  try {
    const made: PathBytes[] = [];
    for (const path of [out, ...folders.map((folder) => folder.path)]) {
      const isNew = await stat(fsPath(path)).then(
        () => false,
        () => true,
      );
      await mkdir(fsPath(path), { recursive: true });
      if (isNew) made.push(path);
    }
    return made;
  } catch (thrown) {
    throw new UserError("export-failed", `The folder ${showPath(out)} cannot be made: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Only what this export made, and of the folders only those in which nothing else lies. */
async function takeAway(files: readonly PathBytes[], folders: readonly PathBytes[]): Promise<void> {
  for (const file of files) await unlink(fsPath(file)).catch(() => undefined);
  for (const folder of [...folders].reverse()) await rmdir(fsPath(folder)).catch(() => undefined);
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
