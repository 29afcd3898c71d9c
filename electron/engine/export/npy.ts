/**
 * @file .npy files, format 1.0, float32, C order (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), and the list of paths
 * that goes with one.
 */

/** @param rows each of `dimensions` numbers */
export function* npyPieces(dimensions: number, rows: readonly { readonly vector: Float32Array }[]): Generator<Uint8Array> {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows.length}, ${dimensions}), }`;
  // Magic, version and length take 10 bytes; header and they together are a multiple of 64, ended by a line break.
  const padded = description.padEnd(Math.ceil((description.length + 11) / 64) * 64 - 11) + "\n";
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  yield Buffer.concat([head, Buffer.from(padded, "latin1")]);
  for (const { vector } of rows) yield Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** One line a path, whatever is in its name: a line break is written as the shown form writes bytes, \x0A. */
export function pathLine(shownPath: string): string {
  return `${shownPath.replaceAll("\n", "\\x0A").replaceAll("\r", "\\x0D")}\n`;
}
