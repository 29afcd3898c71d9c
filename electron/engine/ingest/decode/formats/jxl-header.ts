/**
 * @file The first bits of a JPEG XL codestream (ISO/IEC 18181-1, SizeHeader and ImageMetadata): the size, before a decoder asks for memory, and the facts that it does
 * not tell.
 */
import { DecodeError } from "../decode-error.ts";
import { findBox, readBoxes } from "./boxes.ts";

export interface JxlHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly hasAlpha: boolean;
}

/** One of four ways of writing a number, chosen by two bits: so many bits, so much more. */
type Ways = readonly (readonly [bits: number, more: number])[];
type ReadBits = (count: number) => number;

const sides: Ways = [
  [9, 1],
  [13, 1],
  [18, 1],
  [30, 1],
];
const wholeDepths: Ways = [
  [0, 8],
  [0, 10],
  [0, 12],
  [6, 1],
];
const floatDepths: Ways = [
  [0, 32],
  [0, 16],
  [0, 24],
  [6, 1],
];
const counts: Ways = [
  [0, 0],
  [0, 1],
  [4, 2],
  [12, 1],
];
const kinds: Ways = [
  [0, 0],
  [0, 1],
  [4, 2],
  [6, 18],
];
const animationFields: readonly Ways[] = [
  [
    [0, 100],
    [0, 1000],
    [10, 1],
    [30, 1],
  ],
  [
    [0, 1],
    [0, 1001],
    [8, 1],
    [10, 1],
  ],
  [
    [0, 0],
    [3, 0],
    [16, 0],
    [32, 0],
  ],
];
/** Width to height, by three bits; 0 = both are written. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;

export function readJxlHeader(bytes: Buffer): JxlHeader {
  const read = bitReader(codestreamOf(bytes));
  const size = readSize(read);
  const plain = { ...size, bitDepth: 8, hasAlpha: false };
  if (read(1) === 1) return plain; // everything as usual
  if (read(1) === 1) {
    read(3); // orientation, which decoders apply
    if (read(1) === 1) readSize(read);
    if (read(1) === 1) return plain; // with a preview, whose size nobody asks for
    if (read(1) === 1) {
      for (const ways of animationFields) readNumber(read, ways);
      read(1);
    }
  }
  const isFloat = read(1) === 1;
  const bitDepth = readNumber(read, isFloat ? floatDepths : wholeDepths);
  if (isFloat) read(4);
  read(1);
  const extraChannels = readNumber(read, counts);
  const hasAlpha = extraChannels > 0 && (read(1) === 1 || readNumber(read, kinds) === 0);
  return { ...size, bitDepth, hasAlpha };
}

/** The codestream, or its first part. */
function codestreamOf(bytes: Buffer): Buffer {
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0xff0a) return bytes.subarray(2);
  const boxes = readBoxes(bytes);
  const whole = findBox(boxes, "jxlc");
  const part = findBox(boxes, "jxlp");
  const start = whole?.start ?? (part === null ? null : part.start + 4);
  if (start === null) throw new DecodeError("corrupt", "the JPEG XL file has no codestream");
  if (start + 2 > bytes.length || bytes.readUInt16BE(start) !== 0xff0a)
    throw new DecodeError("corrupt", "the codestream has a wrong beginning");
  return bytes.subarray(start + 2);
}

/** Least significant bit first. */
function bitReader(bytes: Buffer): ReadBits {
  let at = 0;
  return (count) => {
    if (at + count > bytes.length * 8) throw new DecodeError("truncated", "the file ends inside its header");
    let value = 0;
    for (let bit = 0; bit < count; bit++, at++) value += (((bytes[at >> 3] as number) >> (at & 7)) & 1) * 2 ** bit;
    return value;
  };
}

function readNumber(read: ReadBits, ways: Ways): number {
  const [bits, more] = ways[read(2)] as readonly [number, number];
  return read(bits) + more;
}

function readSize(read: ReadBits): { width: number; height: number } {
  const small = read(1) === 1;
  const side = (): number => (small ? (read(5) + 1) * 8 : readNumber(read, sides));
  const height = side();
  const ratio = read(3);
  return { height, width: ratio === 0 ? side() : Math.floor(height * (ratios[ratio] as number)) };
}
