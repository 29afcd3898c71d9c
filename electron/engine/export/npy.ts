/**
 * @file .npy files, format 1.0, float32, C order (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), and the list of paths
 * that goes with one.
 */
import { npyHead } from "../base/npy-file.ts";

/** @param rows each of `dimensions` numbers */
export function* npyPieces(dimensions: number, rows: readonly { readonly vector: Float32Array }[]): Generator<Uint8Array> {
  yield npyHead("<f4", rows.length, dimensions);
  for (const { vector } of rows) yield Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** One line a path, whatever is in its name: a line break is written as the shown form writes bytes, \x0A. */
export function pathLine(shownPath: string): string {
  return `${shownPath.replaceAll("\n", "\\x0A").replaceAll("\r", "\\x0D")}\n`;
}
