/**
 * @file Icons of macOS (.icns): the largest picture inside, a PNG, a JPEG 2000, or planes of run lengths with a mask beside them. Layout: Apple, "Icon Services" (icon
 * family resources); the run lengths as in libicns' "icns file format" notes.
 */
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput, Want } from "../decoder.ts";
import { decodeJp2 } from "./jp2.ts";
import { onWhite } from "./samples.ts";
import { decodeWithVips } from "./vips.ts";

interface Entry {
  readonly type: string;
  readonly side: number;
  readonly bytes: Buffer;
}

/** Sides of the pictures that are a file of their own. */
const fileSides: Readonly<Record<string, number>> = {
  icp4: 16,
  icp5: 32,
  icp6: 64,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024,
  ic11: 32,
  ic12: 64,
  ic13: 256,
  ic14: 512,
};
/** Of those in planes: side, and the type of their mask. */
const planeSides: Readonly<Record<string, readonly [number, string]>> = {
  is32: [16, "s8mk"],
  il32: [32, "l8mk"],
  ih32: [48, "h8mk"],
  it32: [128, "t8mk"],
};
const headerBytes = 8;

export async function decodeMacIcon({ bytes, want }: DecodeInput): Promise<Decoded> {
  const { pictures, masks } = readEntries(bytes);
  let refused: DecodeError | null = null;
  // The largest first; where its packing is not read, the next.
  for (const entry of pictures.sort((one, other) => other.side - one.side))
    try {
      const decoded = await decodeEntry(entry, masks, want);
      return { ...decoded, facts: { ...decoded.facts, format: "icns", frameCount: pictures.length } };
    } catch (thrown) {
      if (!(thrown instanceof DecodeError) || thrown.code !== "unsupported") throw thrown;
      refused ??= thrown;
    }
  throw refused ?? new DecodeError("unsupported", "the icon holds no picture of a kind that is read");
}

function readEntries(bytes: Buffer): { pictures: Entry[]; masks: Map<string, Buffer> } {
  if (bytes.length < headerBytes) throw new DecodeError("truncated", "the file ends inside the header of the icon");
  const claimed = bytes.readUInt32BE(4);
  if (claimed > bytes.length)
    throw new DecodeError("truncated", `the icon says that it has ${claimed} bytes, the file has ${bytes.length}`);
  const pictures: Entry[] = [];
  const masks = new Map<string, Buffer>();
  for (let at = headerBytes; at + headerBytes <= bytes.length;) {
    const type = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32BE(at + 4);
    if (length < headerBytes || at + length > bytes.length)
      throw new DecodeError("corrupt", `part ${JSON.stringify(type)} of the icon has ${length} bytes, ${bytes.length - at} are left`);
    const content = bytes.subarray(at + headerBytes, at + length);
    const side = fileSides[type] ?? planeSides[type]?.[0];
    if (side !== undefined) pictures.push({ type, side, bytes: content });
    else if (type.endsWith("8mk")) masks.set(type, content);
    at += length;
  }
  return { pictures, masks };
}

function decodeEntry({ type, side, bytes }: Entry, masks: ReadonlyMap<string, Buffer>, want: Want): Decoded | Promise<Decoded> {
  const planes = planeSides[type];
  if (planes !== undefined) return fromPlanes({ type, side, bytes }, masks.get(planes[1]) ?? null, want);
  if (bytes.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n") return decodeWithVips({ format: "png", bytes, want });
  if (bytes.toString("latin1", 4, 8) === "jP  " || (bytes[0] === 0xff && bytes[1] === 0x4f))
    return decodeJp2({ format: "jp2", bytes, want });
  throw new DecodeError("unsupported", `part ${type} of the icon is neither PNG nor JPEG 2000`);
}

function fromPlanes({ type, side, bytes }: Entry, mask: Buffer | null, want: Want): Decoded {
  const pixels = side * side;
  if (mask !== null && mask.length < pixels)
    throw new DecodeError("truncated", `the mask of part ${type} of the icon has ${mask.length} of ${pixels} bytes`);
  // Four bytes of zeros stand before the largest.
  const packed = type === "it32" ? bytes.subarray(4) : bytes;
  const planes = packed.length === pixels * 3 ? packed : unpackRuns(packed, pixels * 3, type);
  const samples = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) samples[pixel * 4 + channel] = planes[channel * pixels + pixel] as number;
    samples[pixel * 4 + 3] = mask?.[pixel] ?? 255;
  }
  const facts = { format: "icns", channels: mask === null ? 3 : 4, bitDepth: 8, hasAlpha: mask !== null } as const;
  return wholePicture(want, { width: side, height: side, data: onWhite(samples, 4) }, facts);
}

/** A byte below 128: one more than it bytes as they are; else 125 less than it of the byte that follows. */
function unpackRuns(packed: Uint8Array, length: number, type: string): Uint8Array {
  const target = new Uint8Array(length);
  let at = 0;
  for (let to = 0; to < length;) {
    const control = packed[at++] ?? 0;
    const run = Math.min(length - to, control < 128 ? control + 1 : control - 125);
    const taken = control < 128 ? run : 1;
    if (at + taken > packed.length) throw new DecodeError("truncated", `part ${type} of the icon unpacks to ${to} of ${length} bytes`);
    if (control < 128) target.set(packed.subarray(at, at + taken), to);
    else target.fill(packed[at] as number, to, to + run);
    at += taken;
    to += run;
  }
  return target;
}
