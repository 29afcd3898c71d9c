/**
 * @file What strips and tiles of a TIFF are packed with, where libvips does not read the picture: LZW, Deflate, Zstandard, PackBits
 * (TIFF 6.0 sections 9 and 13).
 */
import { zstdDecompressSync } from "node:zlib";

import { DecodeError } from "../decode-error.ts";
import { inflate, unpackAtMost } from "./inflate.ts";
import { unpackBits } from "./pack-bits.ts";

const names: Readonly<Record<number, string>> = {
  2: "CCITT",
  3: "CCITT group 3",
  4: "CCITT group 4",
  6: "JPEG (old style)",
  7: "JPEG",
  34661: "JBIG",
  34712: "JPEG 2000",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG",
  34925: "LZMA",
  34933: "PNG",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

/** For people. */
export function compressionName(compression: number): string {
  return names[compression] ?? `compression ${compression}`;
}

/** True for what `unpack` can do. */
export function canUnpack(compression: number): boolean {
  return [1, 5, 8, 32946, 32773, 50000].includes(compression);
}

/** @returns `length` bytes at least; throws `DecodeError` where the chunk gives fewer. */
export function unpack(chunk: Buffer, compression: number, length: number): Uint8Array {
  const unpacked = unpackAny(chunk, compression, length);
  if (unpacked.length < length)
    throw new DecodeError(compression === 1 ? "truncated" : "corrupt", `a strip holds ${unpacked.length} of ${length} bytes`);
  return unpacked;
}

function unpackAny(chunk: Buffer, compression: number, length: number): Uint8Array {
  switch (compression) {
    case 1:
      return chunk.subarray(0, length);
    case 5:
      return unpackLzw(chunk, length);
    case 8:
    case 32946:
      return inflate(chunk, length, strip);
    case 50000:
      return unpackAtMost(length, strip, (maxOutputLength) => zstdDecompressSync(chunk, { maxOutputLength }));
    case 32773: {
      const target = new Uint8Array(length);
      return target.subarray(0, unpackBits(chunk, target));
    }
    default:
      throw new DecodeError("unsupported", `TIFF with ${compressionName(compression)} inside cannot be read yet`);
  }
}

const strip = "a strip of the TIFF";

const clearCode = 256;
const endCode = 257;

/** Codes of 9 to 12 bits, most significant bit first, one bit wider one code early. */
function unpackLzw(chunk: Uint8Array, length: number): Uint8Array {
  if (chunk[0] === 0 && ((chunk[1] ?? 0) & 1) === 1)
    throw new DecodeError("unsupported", "TIFF with old-style LZW inside cannot be read yet");
  const target = new Uint8Array(length);
  // An entry is the string of the code before and one byte more, which was written right behind it: all of them lie in the target.
  const starts = new Uint32Array(4096);
  const lengths = new Uint32Array(4096);
  let next = endCode + 1;
  let previous = { start: 0, length: 0 };
  let written = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; written < length;) {
    const width = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
    for (; held < width && at < chunk.length; held += 8) bits = ((bits << 8) | (chunk[at++] as number)) & 0xffffff;
    if (held < width) break;
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === endCode) break;
    if (code === clearCode) {
      next = endCode + 1;
      previous = { start: 0, length: 0 };
      continue;
    }
    if (previous.length > 0 && next < 4096) {
      starts[next] = previous.start;
      lengths[next++] = previous.length + 1;
    }
    const start = written;
    if (code < clearCode) target[written++] = code;
    else if (code < next) {
      // Byte by byte: the last one of the newest entry is the first one written here.
      const end = Math.min(length, start + (lengths[code] as number));
      for (let from = starts[code] as number; written < end; from++) target[written++] = target[from] as number;
    } else throw new DecodeError("corrupt", "the LZW data of the TIFF are damaged");
    previous = { start, length: written - start };
  }
  return target.subarray(0, written);
}
