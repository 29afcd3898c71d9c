/**
 * @file Turns the samples of a DICOM frame into RGB: rescale slope and intercept, window (PS3.3 C.11.2), MONOCHROME1, palettes, colour
 * by pixel or by plane, YBR.
 */
import { DecodeError } from "../decode-error.ts";
import type { DicomImage } from "./dicom-header.ts";

/** @returns [rows, columns, 3] */
export function toPicture(data: Uint8Array, image: DicomImage): Uint8Array {
  const pixels = image.facts.rows * image.facts.columns;
  const stored = image.bigEndian && image.bitsAllocated === 8 && image.words ? swapPairs(data) : data;
  if (image.samplesPerPixel === 3) return colour(stored, image, pixels);
  const read = sampleReader(stored, image);
  if (image.palette !== null) return throughPalette(read, image.palette, pixels);
  if (image.photometric !== "MONOCHROME1" && image.photometric !== "MONOCHROME2")
    throw new DecodeError("unsupported", `DICOM with photometric interpretation ${image.photometric}`);
  return windowed(read, image, pixels);
}

/** The value of a sample: the used bits, signed where the header says so. */
function sampleReader(data: Uint8Array, image: DicomImage): (index: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = !image.bigEndian;
  if (image.bitsAllocated === 1) return (index) => ((data[index >> 3] as number) >> (index & 7)) & 1;
  const raw =
    image.bitsAllocated === 8
      ? (index: number) => data[index] as number
      : image.bitsAllocated === 16
        ? (index: number) => view.getUint16(index * 2, little)
        : (index: number) => view.getUint32(index * 4, little);
  const drop = Math.max(0, image.highBit + 1 - image.bitsStored);
  const unused = 32 - image.bitsStored;
  return image.signed ? (index) => ((raw(index) >>> drop) << unused) >> unused : (index) => ((raw(index) >>> drop) << unused) >>> unused;
}

function windowed(read: (index: number) => number, image: DicomImage, pixels: number): Uint8Array {
  const values = new Float32Array(pixels);
  let least = Infinity;
  let most = -Infinity;
  for (let index = 0; index < pixels; index++) {
    const sample = read(index);
    const value = sample * image.slope + image.intercept;
    values[index] = value;
    if (sample === image.padding) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const map = windowMap(image, least, most);
  const invert = image.photometric === "MONOCHROME1";
  const rgb = new Uint8Array(pixels * 3);
  for (let index = 0, at = 0; index < pixels; index++, at += 3) {
    const share = map(values[index] as number);
    const grey = Math.round(255 * Math.min(1, Math.max(0, invert ? 1 - share : share)));
    rgb[at] = grey;
    rgb[at + 1] = grey;
    rgb[at + 2] = grey;
  }
  return rgb;
}

/** Value -> share of white. Without a window 8-bit pictures are shown as they are, deeper ones from their least to their greatest value. */
function windowMap(image: DicomImage, least: number, most: number): (value: number) => number {
  const { windowCentre: centre, windowWidth: width } = image.facts;
  if (centre !== null && width !== null && width > 0) {
    if (image.windowFunction === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
    if (image.windowFunction === "LINEAR_EXACT") return (value) => (value - centre) / width + 0.5;
    return width <= 1 ? (value) => (value <= centre - 0.5 ? 0 : 1) : (value) => (value - (centre - 0.5)) / (width - 1) + 0.5;
  }
  if (image.bitsStored === 8 && image.slope === 1 && image.intercept === 0 && !image.signed) return (value) => value / 255;
  return most > least ? (value) => (value - least) / (most - least) : () => (least > 0 ? 1 : 0);
}

function throughPalette(read: (index: number) => number, palette: NonNullable<DicomImage["palette"]>, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  for (let index = 0, at = 0; index < pixels; index++) {
    const sample = read(index);
    for (const { first, values } of palette) rgb[at++] = values[Math.min(values.length - 1, Math.max(0, sample - first))] as number;
  }
  return rgb;
}

function colour(data: Uint8Array, image: DicomImage, pixels: number): Uint8Array {
  if (image.bitsAllocated > 8) {
    const read = sampleReader(data, image);
    const drop = Math.max(0, image.bitsStored - 8);
    return colour(
      Uint8Array.from({ length: pixels * 3 }, (_, index) => read(index) >>> drop),
      { ...image, bitsAllocated: 8 },
      pixels,
    );
  }
  if (image.photometric === "YBR_FULL_422") return toRgb(spread422(data, pixels));
  const rgb = image.planar ? byPixel(data, pixels) : Uint8Array.from(data.subarray(0, pixels * 3));
  if (image.photometric === "RGB") return rgb;
  if (image.photometric === "YBR_FULL") return toRgb(rgb);
  throw new DecodeError("unsupported", `DICOM with photometric interpretation ${image.photometric}`);
}

function byPixel(planes: Uint8Array, pixels: number): Uint8Array {
  const result = new Uint8Array(pixels * 3);
  for (let plane = 0, from = 0; plane < 3; plane++) for (let at = plane; at < result.length; at += 3) result[at] = planes[from++] as number;
  return result;
}

/** Two lumas share their chromas: Y Y Cb Cr. */
function spread422(data: Uint8Array, pixels: number): Uint8Array {
  const result = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = (pixel >> 1) * 4;
    result.set([data[from + (pixel & 1)] as number, data[from + 2] as number, data[from + 3] as number], pixel * 3);
  }
  return result;
}

/** In place; PS3.3 C.7.6.3.1.2, full range. */
function toRgb(ybr: Uint8Array): Uint8Array {
  const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));
  for (let at = 0; at < ybr.length; at += 3) {
    const y = ybr[at] as number;
    const cb = (ybr[at + 1] as number) - 128;
    const cr = (ybr[at + 2] as number) - 128;
    ybr[at] = clamp(y + 1.402 * cr);
    ybr[at + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    ybr[at + 2] = clamp(y + 1.772 * cb);
  }
  return ybr;
}

function swapPairs(data: Uint8Array): Uint8Array {
  const swapped = Uint8Array.from(data);
  for (let at = 0; at + 1 < swapped.length; at += 2) [swapped[at], swapped[at + 1]] = [swapped[at + 1] as number, swapped[at] as number];
  return swapped;
}
