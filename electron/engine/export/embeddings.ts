/**
 * @file The embeddings of every image as a file: .npy (format 1.0, float32, C order; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
 * with the paths beside it, or .csv. Written to a temporary name and renamed, so that a half-written file never stands there.
 */
import { createWriteStream } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { UserError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";

export interface WrittenEmbeddings {
  readonly images: number;
  readonly dimensions: number;
  readonly files: readonly string[];
}

/** @param file ends in .npy or .csv */
export async function exportEmbeddings(collection: Collection, file: string): Promise<WrittenEmbeddings> {
  const vectors = collection.vectors();
  if (!vectors || vectors.table.count === 0)
    throw new UserError("no-embeddings", "There are no embeddings yet: run `likeness index FOLDER` first.");
  const { dimensions, values } = vectors.table;
  const catalogue = collection.catalogue();
  const rowOf = new Map<number, number>();
  vectors.contentIds.forEach((id, row) => rowOf.set(id, row));
  const images: { path: string; row: number }[] = [];
  catalogue.contentIds.forEach((id, position) => {
    const row = rowOf.get(id);
    if (row !== undefined) images.push({ path: showPath(catalogue.paths[position] as Buffer), row });
  });
  const vectorOf = (row: number): Float32Array => values.subarray(row * dimensions, (row + 1) * dimensions);
  if (file.endsWith(".csv")) {
    await writeWhole(file, csvLines(images, dimensions, vectorOf));
    return { images: images.length, dimensions, files: [file] };
  }
  const paths = `${file}.paths.txt`;
  await writeWhole(file, npyChunks(images, dimensions, vectorOf));
  await writeFile(paths, images.map(({ path }) => `${path}\n`).join(""));
  return { images: images.length, dimensions, files: [file, paths] };
}

function* npyChunks(images: readonly { row: number }[], dimensions: number, vectorOf: (row: number) => Float32Array): Generator<Buffer> {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${images.length}, ${dimensions}), }`;
  // Magic, version and length take 10 bytes; header and they together are a multiple of 64, ended by a line break.
  const padded = description.padEnd(Math.ceil((description.length + 11) / 64) * 64 - 11) + "\n";
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  yield Buffer.concat([head, Buffer.from(padded, "latin1")]);
  for (const { row } of images) {
    const vector = vectorOf(row);
    yield Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  }
}

function* csvLines(
  images: readonly { path: string; row: number }[],
  dimensions: number,
  vectorOf: (row: number) => Float32Array,
): Generator<string> {
  yield `path,${Array.from({ length: dimensions }, (_, index) => `e${index}`).join(",")}\n`;
  for (const { path, row } of images)
    yield `"${path.replaceAll('"', '""')}",${Array.from(vectorOf(row), (value) => Number(value.toPrecision(7))).join(",")}\n`;
}

async function writeWhole(file: string, chunks: Iterable<Buffer | string>): Promise<void> {
  const temporary = `${file}.part`;
  try {
    await pipeline(Readable.from(chunks, { objectMode: true }), createWriteStream(temporary));
    await rename(temporary, file);
  } catch (thrown) {
    throw new UserError("export-failed", `${file} cannot be written: ${(thrown as Error).message}`, { cause: thrown });
  }
}
