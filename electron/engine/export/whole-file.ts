/**
 * @file A file that is there whole or not at all: written in pieces to a temporary name beside its place and renamed when all is in it. What stood
 * at its place before stays until then.
 */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { CancellationError, messageOf, UserError } from "../base/errors.ts";

/** Two exports to one place at one time each have a file of their own; the last one stays. */
let begun = 0;

/** Throws UserError `export-failed`, or `CancellationError` where the signal was given; nothing is left behind then. */
export async function writePieces(file: string, pieces: Iterable<Uint8Array | string>, signal?: AbortSignal): Promise<void> {
  await intoPlace(file, (temporary) =>
    pipeline(Readable.from(pieces, { objectMode: true }), createWriteStream(temporary), signal ? { signal } : {}),
  );
}

/** Lets `write` fill the temporary file, then gives it its name. */
export async function intoPlace(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}-${begun++}.part`;
  try {
    await write(temporary);
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (thrown instanceof CancellationError || (thrown instanceof Error && thrown.name === "AbortError")) throw new CancellationError();
    if (thrown instanceof UserError) throw thrown;
    throw new UserError("export-failed", `${file} cannot be written: ${messageOf(thrown)}`, { cause: thrown });
  }
}
