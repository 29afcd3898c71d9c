/**
 * @file JPEG in TIFF as it was first written down (compression 6): either a whole JPEG lies somewhere in the file, or its tables lie apart and the strips hold nothing
 * but coded data. Made into one JPEG as every decoder reads it. Layout: TIFF 6.0 section 22; what went wrong with it: Adobe, TIFF Technical Note 2.
 */
import { DecodeError } from "../decode-error.ts";
import { numberOf, numbersOf, tiffTags } from "./tiff-directory.ts";
import type { TiffDirectory } from "./tiff-directory.ts";
import { chunksOf, photometrics } from "./tiff-layout.ts";
import type { TiffLayout } from "./tiff-layout.ts";

const tags = { restartInterval: 515, quantisation: 519, direct: 520, alternating: 521, subsampling: 530, reference: 532 } as const;
const startOfImage = Buffer.from([0xff, 0xd8]);
const endOfImage = Buffer.from([0xff, 0xd9]);
const tableBytes = 64;
const mostComponents = 4;

/** The picture of the directory as a JPEG of its own. */
export function oldStyleJpeg(directory: TiffDirectory, layout: TiffLayout): Buffer {
  const { bytes } = directory.file;
  const offset = numberOf(directory, tiffTags.jpegOffset) ?? 0;
  // The length is often wrong or missing; a decoder stops at the end marker.
  if (offset > 0 && isWholeJpeg(bytes.subarray(offset))) return bytes.subarray(offset);
  const { offsets, lengths } = chunksOf(directory, layout);
  if (layout.isTiled && offsets.length > 1) throw new DecodeError("unsupported", "TIFF with old-style JPEG in tiles cannot be read yet");
  if (offsets.length === 0) throw new DecodeError("corrupt", "the TIFF has neither strips nor a JPEG");
  const strips = offsets.map((start, index) => {
    const end = start + (lengths[index] ?? 0);
    if (end > bytes.length) throw new DecodeError("truncated", `a strip of the TIFF ends at byte ${end}, the file has ${bytes.length}`);
    return bytes.subarray(start, end);
  });
  const [only] = strips;
  if (strips.length === 1 && only !== undefined && isWholeJpeg(only)) return only;
  if ((numberOf(directory, tags.restartInterval) ?? 0) > 0)
    throw new DecodeError("unsupported", "TIFF with old-style JPEG that has restart markers of its own cannot be read yet");
  return fromTables(directory, layout, strips);
}

/** True for what has a frame and then its scan; tables alone may lie there too, with a frame and nothing behind it. */
function isWholeJpeg(bytes: Buffer): boolean {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== 0xffd8) return false;
  let hasFrame = false;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const name = bytes[at + 1] as number;
    if (name === 0xda) return hasFrame;
    hasFrame ||= name >= 0xc0 && name <= 0xc2;
  }
  return false;
}

/** What black and white are in luma, and in each chroma; null for the usual full range. */
export function referenceRange(directory: TiffDirectory, { photometric }: TiffLayout): readonly number[] | null {
  const range = photometric === photometrics.ycbcr ? numbersOf(directory, tags.reference, 6) : [];
  const isUsable = range.length === 6 && [0, 2, 4].every((at) => (range[at + 1] as number) > (at === 0 ? (range[0] as number) : 128));
  return isUsable && ![0, 255, 128, 255, 128, 255].every((value, at) => value === range[at]) ? range : null;
}

/** In place: colours that were taken for full range, in the range that the TIFF tells of (TIFF 6.0 section 20, with the factors of ITU-R BT.601). */
export function stretchRange(rgb: Uint8Array, [black, white, , blueWhite, , redWhite]: readonly number[]): void {
  const lumaStep = 255 / ((white as number) - (black as number));
  const blueStep = 127 / ((blueWhite as number) - 128);
  const redStep = 127 / ((redWhite as number) - 128);
  const level = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
  for (let at = 0; at < rgb.length; at += 3) {
    const [red, green, blue] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
    const before = 0.299 * red + 0.587 * green + 0.114 * blue;
    const luma = (before - (black as number)) * lumaStep;
    const redDistance = (red - before) * redStep;
    const blueDistance = (blue - before) * blueStep;
    rgb[at] = level(luma + redDistance);
    rgb[at + 1] = level(luma - (0.299 * redDistance + 0.114 * blueDistance) / 0.587);
    rgb[at + 2] = level(luma + blueDistance);
  }
}

function fromTables(directory: TiffDirectory, layout: TiffLayout, strips: readonly Buffer[]): Buffer {
  const { height, samplesPerPixel: components, photometric, isTiled, chunkWidth, chunkHeight } = layout;
  const width = isTiled ? chunkWidth : layout.width;
  if (components < 1 || components > mostComponents || layout.planar)
    throw new DecodeError("unsupported", `TIFF with old-style JPEG of ${components} components, or each apart, cannot be read yet`);
  const [across, down] = samplingOf(directory, layout);
  const perLine = Math.ceil(width / (8 * across));
  const interval = perLine * Math.ceil(chunkHeight / (8 * down));
  if (strips.length > 1 && chunkHeight % (8 * down) !== 0)
    throw new DecodeError("corrupt", `strips of ${chunkHeight} rows hold no whole number of blocks`);
  const rows = isTiled ? chunkHeight : height;
  const frame = [8, rows >> 8, rows & 255, width >> 8, width & 255, components];
  const scan = [components];
  for (let component = 0; component < components; component++) {
    frame.push(component + 1, component === 0 ? across * 16 + down : 0x11, component);
    scan.push(component + 1, component * 17);
  }
  // 0 = red, green and blue as they are; without the marker they would be taken for luma and chroma.
  const adobe = photometric === photometrics.rgb ? [segment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0])] : [];
  const apart = strips.length > 1 ? [segment(0xdd, [interval >> 8, interval & 255])] : [];
  if (interval > 65535) throw new DecodeError("unsupported", `TIFF with old-style JPEG in strips of ${interval} blocks cannot be read yet`);
  const coded = strips.flatMap((strip, index) => [
    ...(index > 0 ? [Buffer.from([0xff, 0xd0 + ((index - 1) & 7)])] : []),
    withoutMarkers(strip),
  ]);
  return Buffer.concat([
    startOfImage,
    ...adobe,
    ...quantisationTables(directory, components),
    segment(0xc0, frame),
    ...codeTables(directory, components),
    ...apart,
    segment(0xda, [...scan, 0, 63, 0]),
    ...coded,
    endOfImage,
  ]);
}

/** How many samples of luma there are for one of chroma, across and down. */
function samplingOf(directory: TiffDirectory, { photometric, samplesPerPixel }: TiffLayout): [number, number] {
  if (samplesPerPixel === 1 || photometric !== photometrics.ycbcr) return [1, 1];
  const [across = 2, down = 2] = numbersOf(directory, tags.subsampling, 2);
  if (![1, 2, 4].includes(across) || ![1, 2, 4].includes(down))
    throw new DecodeError("corrupt", `the TIFF says that its chroma is taken ${across} by ${down}, known are 1, 2 and 4`);
  return [across, down];
}

function segment(name: number, content: readonly number[] | Uint8Array): Buffer {
  const length = content.length + 2;
  return Buffer.concat([Buffer.from([0xff, name, length >> 8, length & 255]), Buffer.from(content)]);
}

/** The header of a scan at the start of a strip, and what ends a picture or a part of it at its end. */
function withoutMarkers(strip: Buffer): Buffer {
  let start = 0;
  let end = strip.length;
  if (strip[0] === 0xff && strip[1] === 0xda && end >= 4) start = Math.min(end, 2 + strip.readUInt16BE(2));
  while (end - 2 >= start && strip[end - 2] === 0xff && ((strip[end - 1] as number) & 0xf0) === 0xd0) end -= 2;
  return strip.subarray(start, end);
}

function quantisationTables(directory: TiffDirectory, components: number): Buffer[] {
  return offsetsOf(directory, tags.quantisation, components).map((at, index) =>
    segment(0xdb, [index, ...tableAt(directory, at, tableBytes)]),
  );
}

/** Sixteen counts and as many values as they say. */
function codeTables(directory: TiffDirectory, components: number): Buffer[] {
  return ([tags.direct, tags.alternating] as const).flatMap((tag, kind) =>
    offsetsOf(directory, tag, components).map((at, index) => {
      const counts = tableAt(directory, at, 16);
      const values = counts.reduce((sum, count) => sum + count, 0);
      return segment(0xc4, [kind * 16 + index, ...tableAt(directory, at, 16 + values)]);
    }),
  );
}

function offsetsOf(directory: TiffDirectory, tag: number, components: number): number[] {
  const offsets = numbersOf(directory, tag, mostComponents).slice(0, components);
  if (offsets.length < components) throw new DecodeError("corrupt", `the TIFF has ${offsets.length} of ${components} tables of tag ${tag}`);
  return offsets;
}

function tableAt({ file }: TiffDirectory, at: number, length: number): Buffer {
  if (at + length > file.bytes.length)
    throw new DecodeError("truncated", `a table of the TIFF ends at byte ${at + length}, the file has ${file.bytes.length}`);
  return file.bytes.subarray(at, at + length);
}
