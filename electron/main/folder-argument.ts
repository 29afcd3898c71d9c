/** @file The folder named on the command line: `electron APP FOLDER` while developing, `Likeness FOLDER` once packaged. */
import { statSync } from "node:fs";
import { resolve } from "node:path";

export interface FolderArgumentOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly packaged: boolean;
}

/** Absolute path of the first argument that is no option (and, while developing, not the app itself) and is a folder; or null. */
export function folderArgument({ argv, cwd, packaged }: FolderArgumentOptions): string | null {
  const given = argv.slice(1).filter((argument) => !argument.startsWith("-"))[packaged ? 0 : 1] ?? "";
  if (given === "") return null;
  const path = resolve(cwd, given);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : null;
}
