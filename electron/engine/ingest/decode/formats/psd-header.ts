/**
 * @file What lies before the flattened picture of a Photoshop document (PSD, and PSB for large ones): the header, the palette, and of the resources the
 * profile, EXIF, and whether there is a flattened picture at all. Layout: Adobe Photoshop File Formats Specification.
 */
import { DecodeError } from "../decode-error.ts";

export interface PsdHeader {
  readonly isLarge: boolean;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 8, 16 or 32. */
  readonly depth: number;
  readonly mode: number;
  readonly palette: Buffer;
  readonly profile: Buffer | null;
  readonly exif: Buffer | null;
  /** The first channel behind the colours is transparency. */
  readonly hasAlpha: boolean;
  /** Where the compression of the flattened picture is told. */
  readonly dataAt: number;
}

export const psdModes = { bitmap: 0, grey: 1, indexed: 2, rgb: 3, cmyk: 4, multichannel: 7, duotone: 8, lab: 9 } as const;

const headerBytes = 26;
const profileResource = 1039;
const exifResource = 1058;
const versionResource = 1057;

export function readPsdHeader(bytes: Buffer): PsdHeader {
  if (bytes.length < headerBytes + 12) throw new DecodeError("truncated", "the file ends inside the header of the document");
  const version = bytes.readUInt16BE(4);
  if (version !== 1 && version !== 2) throw new DecodeError("corrupt", `a Photoshop document of version ${version}`);
  const isLarge = version === 2;
  const colours = section(bytes, headerBytes, false);
  const resources = section(bytes, colours.end, false);
  const layers = section(bytes, resources.end, isLarge);
  if (layers.end + 2 > bytes.length) throw new DecodeError("truncated", "the file ends before its flattened picture");
  const found = readResources(bytes, resources);
  const versionInfo = found.get(versionResource);
  // Four bytes of version, then whether the flattened picture is one; without it there is only white.
  if (versionInfo !== undefined && versionInfo.length >= 5 && versionInfo[4] === 0)
    throw new DecodeError("unsupported", "this Photoshop document was saved without a flattened picture; layers cannot be read");
  return {
    isLarge,
    channels: bytes.readUInt16BE(12),
    height: bytes.readUInt32BE(14),
    width: bytes.readUInt32BE(18),
    depth: bytes.readUInt16BE(22),
    mode: bytes.readUInt16BE(24),
    palette: bytes.subarray(colours.start, colours.end),
    profile: found.get(profileResource) ?? null,
    exif: found.get(exifResource) ?? null,
    hasAlpha: layerCount(bytes, layers, isLarge) < 0,
    dataAt: layers.end,
  };
}

interface Section {
  readonly start: number;
  readonly end: number;
}

/** A length and as many bytes. */
function section(bytes: Buffer, at: number, isLong: boolean): Section {
  const start = at + (isLong ? 8 : 4);
  if (start > bytes.length) throw new DecodeError("truncated", "the file ends before its flattened picture");
  const length = isLong ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at);
  if (start + length > bytes.length) throw new DecodeError("truncated", "the file ends before its flattened picture");
  return { start, end: start + length };
}

/** Blocks of "8BIM", a number, a name of even length, and data of even length. */
function readResources(bytes: Buffer, { start, end }: Section): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = start; at + 12 <= end && bytes.toString("latin1", at, at + 4) === "8BIM";) {
    const id = bytes.readUInt16BE(at + 4);
    const nameBytes = ((bytes[at + 6] as number) + 2) & ~1;
    const sizeAt = at + 6 + nameBytes;
    if (sizeAt + 4 > end) break;
    const length = bytes.readUInt32BE(sizeAt);
    if (sizeAt + 4 + length > end) break;
    found.set(id, bytes.subarray(sizeAt + 4, sizeAt + 4 + length));
    at = sizeAt + 4 + length + (length & 1);
  }
  return found;
}

/** Negative: the flattened picture has transparency. */
function layerCount(bytes: Buffer, { start, end }: Section, isLarge: boolean): number {
  const at = start + (isLarge ? 8 : 4);
  return at + 2 <= end ? bytes.readInt16BE(at) : 0;
}
