/**
 * @file Files that were dropped into a browser, kept in temporary folders until the engine ends: a browser hands over bytes and never says where they are from.
 * What is dropped together lies together, as a model and the files beside it do.
 */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DroppedFile } from "#protocol/encoder-contract.ts";

import { UserError } from "../../base/errors.ts";
import { makeTemporaryFolder } from "../../base/temporary-folder.ts";

export interface ReceivedFiles {
  /** Their paths. */
  keep(files: readonly DroppedFile[]): string[];
  /** Deletes all. */
  close(): void;
}

export function createReceivedFiles(): ReceivedFiles {
  let folders: string[] = [];
  return {
    keep: (files) => {
      files.forEach(({ name }) => checkName(name));
      if (new Set(files.map(({ name }) => name)).size < files.length)
        throw new UserError("file-name", "Two of the files have one name; expected a name for each.");
      const folder = makeTemporaryFolder(tmpdir(), "likeness-dropped-");
      folders.push(folder);
      return files.map(({ name, bytes }) => {
        const path = join(folder, name);
        writeFileSync(path, bytes);
        return path;
      });
    },
    close: () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      folders = [];
    },
  };
}

/** A name is one step of a path and nothing else. */
function checkName(name: string): void {
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
    throw new UserError("file-name", `${JSON.stringify(name)} is no name of a file.`);
}
