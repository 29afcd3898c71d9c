/**
 * @file A folder of files that all come or none: written under another name, and renamed when everything in it has been proved.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { UserError, messageOf } from "../../base/errors.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";

export const readmeName = "README.md";
/** Largest difference of any number of two unit vectors of one picture. */
export const tolerance = 1e-4;

/**
 * @param asked made where it is missing
 * @param names of the files; none may be there
 * @param write puts them into the folder it is given
 * @returns their paths
 */
export async function writeFolder(asked: string, names: readonly string[], write: (temporary: string) => Promise<void>): Promise<string[]> {
  const folder = resolve(asked);
  for (const name of names)
    if (existsSync(join(folder, name)))
      throw new UserError("export-exists", `${join(folder, name)} is there already; expected a folder without it. Nothing was written.`);
  const isNew = !existsSync(folder);
  const temporary = join(folder, `.likeness-${process.pid}`);
  let isDone = false;
  try {
    makeFolder(temporary);
    await write(temporary);
    for (const name of names) renameSync(join(temporary, name), join(folder, name));
    isDone = true;
    return names.map((name) => join(folder, name));
  } finally {
    rmSync(isNew && !isDone ? folder : temporary, { recursive: true, force: true });
  }
}

/** Files of an encoder that must go along. */
export function licencesOf({ modelPath }: EncoderCard): string[] {
  return readdirSync(dirname(modelPath)).filter((name) => /^LICENSE/i.test(name));
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    throw new UserError("export-failed", `The folder ${dirname(path)} cannot be made or written: ${messageOf(thrown)}`, { cause: thrown });
  }
}
