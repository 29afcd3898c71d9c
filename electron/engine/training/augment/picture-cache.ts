/**
 * @file Decoded pictures in one file, all squares of the same side, so that a training step reads bytes instead of decoding: a header of 4096 bytes
 * (JSON, padded with spaces), then count squares [side, side, 3] of RGB, in order. While it is being filled the file has the ending .part and its
 * length tells how many are in, so a preparation that was killed goes on behind the last whole picture; the name without the ending is
 * given only to a file that is complete and on the disk.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";

import { BugError, UserError, messageOf } from "../../base/errors.ts";

export interface PictureCacheKey {
  /** Of what the pictures were made from: files, their order, how they were decoded. */
  readonly fingerprint: string;
  readonly count: number;
  readonly sidePx: number;
}

export interface PictureCache {
  readonly key: PictureCacheKey;
  /**
   * The pictures at these places, [positions, side, side, 3], in memory that the next call uses again; it may be longer than they are.
   */
  read(positions: Int32Array): Uint8Array;
  close(): void;
}

export interface PictureCacheWriter {
  /** Pictures that are in the file: the next one to append is this one. */
  readonly written: number;
  /** One picture or several in a row, [n, side, side, 3]. */
  append(squares: Uint8Array): void;
  /** Gives the file its name, once all are in. */
  finish(): void;
  /** Leaves what is written for the next time. */
  close(): void;
}

const headerBytes = 4096;
const version = 1;

/** Throws a `UserError` where the file is missing, damaged or was made from something else. */
export function openPictureCache(path: string, key: PictureCacheKey): PictureCache {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (thrown) {
    throw new UserError("picture-cache", `${path} cannot be opened: ${messageOf(thrown)}`, { cause: thrown });
  }
  const problem = problemOf(descriptor, key) ?? lengthProblem(descriptor, key);
  if (problem !== null) {
    closeSync(descriptor);
    throw new UserError("picture-cache", `${path}: ${problem}`);
  }
  const squareBytes = squareBytesOf(key);
  let memory = new Uint8Array(0);
  return {
    key,
    read(positions) {
      if (memory.length < positions.length * squareBytes) memory = new Uint8Array(positions.length * squareBytes);
      positions.forEach((position, index) => {
        if (position < 0 || position >= key.count)
          throw new BugError(`picture ${position} of a cache of ${key.count} was asked for (${path})`);
        const square = memory.subarray(index * squareBytes, (index + 1) * squareBytes);
        if (!readFully(descriptor, square, headerBytes + position * squareBytes))
          throw new UserError("picture-cache", `${path} ends within picture ${position}; expected ${key.count} pictures`);
      });
      return memory;
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Begins to fill a cache, or goes on with one of the same key; one that is complete has `written` = count and nothing to do. Whatever lies there
 * from another key is thrown away.
 */
export function writePictureCache(path: string, key: PictureCacheKey): PictureCacheWriter {
  if (isComplete(path, key)) return { written: key.count, append: refuseMore, finish: () => {}, close: () => {} };
  const part = `${path}.part`;
  const squareBytes = squareBytesOf(key);
  let descriptor = openIfThere(part);
  if (descriptor === null || problemOf(descriptor, key) !== null) {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = openSync(part, "w+");
    writeFully(descriptor, headerOf(key), 0);
  }
  let written = Math.min(key.count, Math.floor((fstatSync(descriptor).size - headerBytes) / squareBytes));
  // Half a picture, where the last write was cut off.
  ftruncateSync(descriptor, headerBytes + written * squareBytes);
  const opened = descriptor;
  return {
    get written() {
      return written;
    },
    append(squares) {
      const added = squares.length / squareBytes;
      if (!Number.isInteger(added))
        throw new BugError(`${squares.length} bytes appended to ${part}; expected a multiple of ${squareBytes}`);
      if (written + added > key.count) refuseMore();
      writeFully(opened, squares, headerBytes + written * squareBytes);
      written += added;
    },
    finish() {
      if (written !== key.count) throw new BugError(`${part} has ${written} pictures; expected ${key.count} before it is finished`);
      fsyncSync(opened);
      closeSync(opened);
      renameSync(part, path);
    },
    close: () => closeSync(opened),
  };
}

/** Removes a cache and what was begun of it. */
export function removePictureCache(path: string): void {
  for (const file of [path, `${path}.part`]) {
    try {
      unlinkSync(file);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
    }
  }
}

function isComplete(path: string, key: PictureCacheKey): boolean {
  try {
    openPictureCache(path, key).close();
    return true;
  } catch (thrown) {
    if (thrown instanceof UserError) return false;
    throw thrown;
  }
}

function refuseMore(): never {
  throw new BugError("more pictures were appended to a picture cache than its key says");
}

function squareBytesOf({ sidePx }: PictureCacheKey): number {
  return sidePx * sidePx * 3;
}

function headerOf({ fingerprint, count, sidePx }: PictureCacheKey): Uint8Array {
  const text = JSON.stringify({ kind: "likeness-pictures", version, fingerprint, count, sidePx });
  const bytes = new Uint8Array(headerBytes).fill(32);
  if (new TextEncoder().encodeInto(text, bytes).read < text.length)
    throw new BugError(`the fingerprint of a picture cache has ${fingerprint.length} characters; its header holds fewer`);
  return bytes;
}

/** What is wrong with the header, or null. */
function problemOf(descriptor: number, key: PictureCacheKey): string | null {
  const expected = headerOf(key);
  const found = new Uint8Array(headerBytes);
  if (!readFully(descriptor, found, 0)) return "too short for a picture cache";
  if (Buffer.compare(found, expected) === 0) return null;
  const text = new TextDecoder().decode(found).trim().slice(0, 300);
  return `it holds ${text}; expected ${new TextDecoder().decode(expected).trim().slice(0, 300)}`;
}

function lengthProblem(descriptor: number, key: PictureCacheKey): string | null {
  const expected = headerBytes + key.count * squareBytesOf(key);
  const { size } = fstatSync(descriptor);
  return size === expected ? null : `${size} bytes; expected ${expected} for ${key.count} pictures of ${key.sidePx} px`;
}

function openIfThere(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false }) ? openSync(file, "r+") : null;
}

function readFully(descriptor: number, target: Uint8Array, position: number): boolean {
  for (let done = 0; done < target.length;) {
    const read = readSync(descriptor, target, done, target.length - done, position + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}

function writeFully(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}
