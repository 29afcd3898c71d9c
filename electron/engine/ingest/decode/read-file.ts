/**
 * @file One read of a file feeds its hash and its decoder. Reading is synchronous: a child process does one file at a time, and this is
 * the cheapest way to the bytes. Files too large to hold are hashed in pieces and come back without bytes.
 */
import { createHash, hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { fsPath } from "../../base/path-bytes.ts";
import { DecodeError, fromFileSystem } from "./decode-error.ts";
import { demandBytes } from "./demand.ts";
import type { FileIdentity } from "./types.ts";

/** Larger files are not held in memory. */
export const heldBytesLimit = 512 * 1024 * 1024;

const hashDigits = 32;
const pieceBytes = 4 * 1024 * 1024;

export interface ReadFile {
  readonly identity: FileIdentity;
  /** null for a file over `heldBytesLimit`. */
  readonly bytes: Buffer | null;
}

/**
 * Reads a regular file whole, and names its content. Throws `DecodeError` (permission, missing, empty, unreadable).
 *
 * @param take gives the memory to read into, as many bytes as it is asked for
 */
export function readImageFile(path: Uint8Array, take: TakeBytes = Buffer.allocUnsafeSlow): ReadFile {
  return withFile(path, (descriptor, stats) => {
    demandBytes(stats.size);
    if (stats.size > heldBytesLimit)
      return { identity: { contentHash: hashPieces(descriptor, stats.size), sizeBytes: stats.size, mtimeMs: stats.mtimeMs }, bytes: null };
    const bytes = readAll(descriptor, take(stats.size));
    return { identity: { contentHash: hashBytes(bytes), sizeBytes: bytes.length, mtimeMs: stats.mtimeMs }, bytes };
  });
}

/** Like `readImageFile` for those who do not ask what the content is called: a slice of a large volume is not to wait for the hash of the whole. */
export function readImageBytes(path: Uint8Array, take: TakeBytes = Buffer.allocUnsafeSlow): Buffer | null {
  return withFile(path, (descriptor, stats) => (stats.size > heldBytesLimit ? null : readAll(descriptor, take(stats.size))));
}

export type TakeBytes = (size: number) => Buffer;

/** Longer files and larger pictures get memory of their own. */
const keptBytesLimit = 32 * 1024 * 1024;

/** Memory that serves one after the other. */
function keptMemory(): TakeBytes {
  let kept: Buffer | null = null;
  return (size) => {
    if (size > keptBytesLimit) return Buffer.allocUnsafeSlow(size);
    if (kept === null || kept.length < size) kept = Buffer.allocUnsafeSlow(Math.min(keptBytesLimit, Math.max(1 << 20, size * 2)));
    return kept.subarray(0, size);
  };
}

/** A Buffer's own `slice` copies nothing, which no one expects of a picture's data. */
function pixelsFrom(take: TakeBytes): (size: number) => Uint8Array {
  return (size) => {
    const { buffer, byteOffset } = take(size);
    return new Uint8Array(buffer, byteOffset, size);
  };
}

/** Where a file's bytes go, and where its picture goes as it comes out of the decoder. */
export interface KeptMemory {
  readonly takeBytes: TakeBytes;
  readonly takePixels: (size: number) => Uint8Array;
}

const kept: KeptMemory = { takeBytes: keptMemory(), takePixels: pixelsFrom(keptMemory()) };
const own: KeptMemory = { takeBytes: Buffer.allocUnsafeSlow, takePixels: (size) => new Uint8Array(size) };
let isLent = false;

/**
 * Runs `use` with memory that serves one file after the other: new memory for each is a hundred megabytes a second that V8 believes it has to look through.
 * What it gave is anybody's once `use` is done. Whoever comes while it is lent gets new memory.
 */
export async function withKeptMemory<T>(use: (memory: KeptMemory) => Promise<T>): Promise<T> {
  if (isLent) return await use(own);
  isLent = true;
  try {
    return await use(kept);
  } finally {
    isLent = false;
  }
}

/** Names the content of a file without keeping it. */
export function identifyFile(path: Uint8Array): FileIdentity {
  return withFile(path, (descriptor, stats) => {
    demandBytes(stats.size);
    return { contentHash: hashPieces(descriptor, stats.size), sizeBytes: stats.size, mtimeMs: stats.mtimeMs };
  });
}

/** The name of a content: SHA-256, the first 32 hexadecimal digits. */
export function hashBytes(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex").slice(0, hashDigits);
}

function withFile<T>(path: Uint8Array, use: (descriptor: number, stats: { size: number; mtimeMs: number }) => T): T {
  let descriptor: number | null = null;
  try {
    // Non-blocking, so that a named pipe cannot hold us before we have seen what it is.
    descriptor = openSync(fsPath(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new DecodeError("unreadable", "this is not a regular file");
    if (stats.size === 0) throw new DecodeError("empty", "the file has no bytes");
    return use(descriptor, { size: stats.size, mtimeMs: stats.mtimeMs });
  } catch (thrown) {
    throw fromFileSystem(thrown);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function readAll(descriptor: number, bytes: Buffer): Buffer {
  let filled = 0;
  while (filled < bytes.length) {
    const read = readSync(descriptor, bytes, filled, bytes.length - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled === bytes.length ? bytes : bytes.subarray(0, filled);
}

/** Small files are hashed by the thousand before anything is decoded: four megabytes for each made V8 look through everything after every hundred pictures. */
const takePiece = keptMemory();

function hashPieces(descriptor: number, size: number): string {
  const digest = createHash("sha256");
  const piece = takePiece(Math.min(pieceBytes, size));
  for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) digest.update(piece.subarray(0, read));
  return digest.digest("hex").slice(0, hashDigits);
}
