/**
 * @file Bitmaps that lie somewhere without the header of a file: in icons, and in the .dib that a clipboard leaves. They get one.
 */
import { DecodeError } from "../decode-error.ts";

export const fileHeaderBytes = 14;

/** A copy with the header of a file in front, which says where the pixels begin. */
export function asBitmapFile(bitmap: Buffer): Buffer {
  const size = bitmap.length < 40 ? 0 : bitmap.readUInt32LE(0);
  if (size < 40 || size > bitmap.length)
    throw new DecodeError("corrupt", `the header of a bitmap without a file header has ${size} bytes, known are 40 and more`);
  const bits = bitmap.readUInt16LE(14);
  const compression = bitmap.readUInt32LE(16);
  const claimed = bitmap.readUInt32LE(32);
  const colours = bits > 8 ? 0 : claimed === 0 || claimed > 256 ? 1 << bits : claimed;
  const fieldBytes = size > 40 ? 0 : compression === 3 ? 12 : compression === 6 ? 16 : 0;
  const file = Buffer.concat([Buffer.alloc(fileHeaderBytes), bitmap]);
  file.write("BM", 0, "latin1");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(fileHeaderBytes + size + fieldBytes + colours * 4, 10);
  return file;
}
