/**
 * @file Arrays of numbers as .npy files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): tables of float32 read, tables of float32
 * and int32 written, in pieces, since a million vectors are more than one read may give.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

import { codeOf, messageOf, UserError } from "./errors.ts";
import type { VectorTable } from "./neighbour-graph.ts";

const pieceBytes = 64 << 20;
const prefixBytes = 12;

/** The head of a file of format 1.0. Head and all before it are a multiple of 64 bytes, ended by a line break. */
export function npyHead(kind: "<f4" | "<i4", rows: number, columns: number): Buffer {
  const description = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // Magic, version and length take 10 bytes.
  const padded = description.padEnd(Math.ceil((description.length + 11) / 64) * 64 - 11) + "\n";
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, "latin1")]);
}

/** A table of float32 in C order; anything else is a `UserError` that names the file. */
export function readNpyTable(path: string): VectorTable {
  return withFile(path, "r", (file) => {
    const { start, count, dimensions } = readHead(path, file);
    const values = new Float32Array(count * dimensions);
    const bytes = new Uint8Array(values.buffer);
    const sizeBytes = fstatSync(file).size;
    if (sizeBytes !== start + bytes.length)
      throw new UserError("bad-npy", `${path} has ${sizeBytes} bytes; its head says ${start + bytes.length}`);
    for (let at = 0; at < bytes.length;) {
      const read = readSync(file, bytes, at, Math.min(pieceBytes, bytes.length - at), start + at);
      if (read === 0) throw new UserError("bad-npy", `${path} ended after ${start + at} bytes while it was read`);
      at += read;
    }
    return { count, dimensions, values };
  });
}

/** `values` is [rows, columns] row-major. */
export function writeNpyTable(path: string, values: Float32Array | Int32Array, columns: number): void {
  const rows = columns === 0 ? 0 : values.length / columns;
  withFile(path, "w", (file) => {
    writeAll(file, npyHead(values instanceof Int32Array ? "<i4" : "<f4", rows, columns));
    writeAll(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  });
}

function readHead(path: string, file: number): { start: number; count: number; dimensions: number } {
  const refuse = (seen: string): never => {
    throw new UserError("bad-npy", `${path} ${seen}; expected a .npy file with a table of float32 in C order`);
  };
  const prefix = Buffer.alloc(prefixBytes);
  if (readSync(file, prefix, 0, prefixBytes, 0) < prefixBytes || prefix.toString("latin1", 0, 6) !== "\x93NUMPY")
    return refuse("is no .npy file");
  const major = prefix[6] as number;
  const length = major === 1 ? prefix.readUInt16LE(8) : prefix.readUInt32LE(8);
  const start = (major === 1 ? 10 : 12) + length;
  if (length > 65536) return refuse(`has a head of ${length} bytes`);
  const head = Buffer.alloc(length);
  readSync(file, head, 0, length, start - length);
  const text = head.toString("latin1").trim();
  const shape = /'shape':\s*\((\d+),\s*(\d+)\)/.exec(text);
  if (!shape || !/'descr':\s*'<f4'/.test(text) || !/'fortran_order':\s*False/.test(text)) return refuse(`holds ${text.slice(0, 200)}`);
  const [count, dimensions] = [Number(shape[1]), Number(shape[2])];
  if (dimensions < 1) return refuse("has rows of no numbers");
  return { start, count, dimensions };
}

function withFile<T>(path: string, flags: "r" | "w", work: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (thrown) {
    throw new UserError(codeOf(thrown), `${path} cannot be ${flags === "r" ? "read" : "written"}: ${messageOf(thrown)}`);
  }
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(pieceBytes, bytes.length - at));
}
