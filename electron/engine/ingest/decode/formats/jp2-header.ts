/**
 * @file What JPEG 2000 says of itself before it is decoded: the codestream's size and components (ISO/IEC 15444-1 annex A), and in a JP2 file its colours
 * (annex I).
 */
import { DecodeError } from "../decode-error.ts";
import { findBox, readBoxes } from "./boxes.ts";

export interface Jp2Header {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Of the first component. */
  readonly bits: number;
  readonly signed: boolean;
  /** Not every component has a sample for every pixel. */
  readonly isSubsampled: boolean;
  /** How often the picture can be halved while decoding. */
  readonly levels: number;
  /** Luma and chroma instead of red, green and blue (enumerated colour space 18). */
  readonly isYcc: boolean;
  readonly profile: Uint8Array | null;
}

const enumeratedYcc = 18;

export function readJp2Header(bytes: Buffer): Jp2Header {
  const isStream = bytes.readUInt16BE(0) === 0xff4f;
  const boxes = isStream ? [] : readBoxes(bytes);
  const stream = isStream ? { start: 0, end: bytes.length } : findBox(boxes, "jp2c");
  if (stream === null) throw new DecodeError("truncated", "the file ends before its codestream");
  const code = bytes.subarray(stream.start, stream.end);
  const size = readSize(code);
  // A whole codestream ends with its marker; some writers pad it.
  if (code.subarray(-16).lastIndexOf("\xff\xd9", undefined, "latin1") < 0)
    throw new DecodeError("truncated", "the codestream ends before its end marker");
  const header = findBox(boxes, "jp2h");
  const colours = header === null ? null : findBox(readBoxes(bytes, header.start, header.end), "colr");
  const method = colours === null ? 0 : (bytes[colours.start] ?? 0);
  return {
    ...size,
    isYcc: colours !== null && method === 1 && colours.end - colours.start >= 7 && bytes.readUInt32BE(colours.start + 3) === enumeratedYcc,
    profile: colours !== null && (method === 2 || method === 3) ? bytes.subarray(colours.start + 3, colours.end) : null,
  };
}

function readSize(code: Buffer): Omit<Jp2Header, "isYcc" | "profile"> {
  if (code.length < 48) throw new DecodeError("truncated", "the file ends inside the header of the codestream");
  if (code.readUInt32BE(0) !== 0xff4fff51) throw new DecodeError("corrupt", "the codestream does not begin with its size");
  const components = code.readUInt16BE(40);
  const end = 42 + components * 3;
  if (components === 0 || end > code.length) throw new DecodeError("corrupt", `the codestream claims ${components} components`);
  const depth = code[42] as number;
  const steps = Array.from({ length: components }, (_, index) => [code[43 + index * 3], code[44 + index * 3]]).flat();
  return {
    width: code.readUInt32BE(8) - code.readUInt32BE(16),
    height: code.readUInt32BE(12) - code.readUInt32BE(20),
    components,
    bits: (depth & 127) + 1,
    signed: depth >= 128,
    isSubsampled: steps.some((step) => step !== 1),
    levels: levelsOf(code, end),
  };
}

/** From the default coding style (COD); 0 where it is missing. */
function levelsOf(code: Buffer, from: number): number {
  for (let at = from; at + 10 <= code.length;) {
    const marker = code.readUInt16BE(at);
    if (marker === 0xff52) return Math.min(32, code[at + 9] as number);
    if (marker < 0xff30 || marker === 0xff90) return 0;
    at += 2 + code.readUInt16BE(at + 2);
  }
  return 0;
}
