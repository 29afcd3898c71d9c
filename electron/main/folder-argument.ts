/** @file The folder named on the command line: `electron APP FOLDER` while developing, `Likeness FOLDER` once packaged. */
import { statSync } from "node:fs";
import { resolve } from "node:path";

export interface FolderArgumentOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly packaged: boolean;
}

/** Absolute path of the first argument that is no option, or null. A file counts as the folder it lies in no more than a missing one does. */
export function folderArgument({ argv, cwd, packaged }: FolderArgumentOptions): string | null {
  const given = argv.slice(packaged ? 1 : 2).find((argument) => argument !== "" && !argument.startsWith("-"));
  if (given === undefined) return null;
  const path = resolve(cwd, given);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : null;
}
