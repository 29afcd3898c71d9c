/**
 * @file Typed arrays in and out of BLOB columns, little endian. better-sqlite3 hands out Buffers at any byte offset, so reading copies.
 */

export function toBlob(values: Int32Array | Float32Array | Uint16Array | Uint8Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

export function int32FromBlob(blob: Uint8Array): Int32Array {
  return new Int32Array(aligned(blob));
}

export function float32FromBlob(blob: Uint8Array): Float32Array {
  return new Float32Array(aligned(blob));
}

function aligned(blob: Uint8Array): ArrayBuffer {
  return blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength) as ArrayBuffer;
}
