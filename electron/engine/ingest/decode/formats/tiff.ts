/**
 * @file TIFF, the first page unless another is asked for. libvips reads what photographs and scanners write: 1 to 16 bits, strips and tiles, LZW, Deflate, JPEG, CCITT.
 * What it shows wrongly or not at all is read here: signed, 32- and 64-bit and float samples, 10 and 12 bits, planes in tiles, Lab, Zstandard, more than four
 * channels. Layout: TIFF 6.0, BigTIFF, and the technical notes of Adobe.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { chooseFrame } from "../frame-choice.ts";
import { turnUpright } from "../orient.ts";
import { decodeJpeg } from "./jpeg.ts";
import { labToRgb } from "./lab.ts";
import { inksToRgb, onWhite, spreadToEightBits, toEightBits } from "./samples.ts";
import { compressionName } from "./tiff-codecs.ts";
import { numberOf, numbersOf, openTiff, orientationOf, readChain, tiffTags } from "./tiff-directory.ts";
import type { TiffDirectory } from "./tiff-directory.ts";
import { chunksOf, coloursOf, hasAlphaSample, isPremultiplied, photometrics, readLayout } from "./tiff-layout.ts";
import type { TiffLayout } from "./tiff-layout.ts";
import { oldStyleJpeg, referenceRange, stretchRange } from "./tiff-old-jpeg.ts";
import { readSamples } from "./tiff-samples.ts";
import type { Samples } from "./tiff-samples.ts";
import { decodeWithVips } from "./vips.ts";

/** Of compression. */
const oldStyle = 6;

export async function decodeTiff(input: DecodeInput): Promise<Decoded> {
  const pages = readChain(openTiff(input.bytes));
  if (pages.length === 0) throw new DecodeError("truncated", "the file ends before its first directory");
  const index = chooseFrame({ asked: input.frame, frames: pages.length, otherwise: 0 });
  const page = pages[index] as TiffDirectory;
  try {
    return await decodePage(input, page, { index, frameCount: pages.length });
  } catch (thrown) {
    if (!(thrown instanceof DecodeError) || thrown.code !== "corrupt" || !page.isCutOff) throw thrown;
    throw new DecodeError("truncated", `the file ends before what directory ${index + 1} of ${pages.length} points to`);
  }
}

async function decodePage(
  input: DecodeInput,
  page: TiffDirectory,
  { index, frameCount }: { index: number; frameCount: number },
): Promise<Decoded> {
  // A TIFF is what EXIF is made of: the facts of cameras and scanners lie in its own directory.
  const exif = page.file.isBig ? null : input.bytes;
  if (numberOf(page, tiffTags.compression) === oldStyle) return { ...(await throughJpeg(input, page, frameCount)), exif };
  if (!isOurs(page)) return { ...(await throughVips({ ...input, frame: index }, page)), exif };
  const layout = readLayout(page);
  const { width, height } = layout;
  checkSize(width, height, 4 + 5 * layout.samplesPerPixel);
  const orientation = orientationOf(page);
  const { data, channels, hasAlpha } = decodePixels(page, layout);
  const picture = turnUpright({ width, height, data }, orientation);
  const facts = { format: "tiff", channels, bitDepth: layout.bits, hasAlpha, frameCount } as const;
  const decoded = wholePicture(input.want, picture, facts);
  return { ...decoded, facts: { ...decoded.facts, orientation }, exif };
}

/** Old-style JPEG, which nobody else takes out of its strips. */
async function throughJpeg(input: DecodeInput, page: TiffDirectory, frameCount: number): Promise<Decoded> {
  const layout = readLayout(page);
  checkSize(layout.width, layout.height, 12);
  const { width, height } = layout;
  const { picture, facts } = await decodeJpeg({ format: "jpeg", bytes: oldStyleJpeg(page, layout), want: { kind: "full" } });
  if (picture.width < width || picture.height < height)
    throw new DecodeError("corrupt", `the JPEG has ${picture.width} x ${picture.height} of the ${width} x ${height} pixels of its TIFF`);
  // A tile may be larger than the picture.
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++)
    data.set(picture.data.subarray(row * picture.width * 3, (row * picture.width + width) * 3), row * width * 3);
  const range = referenceRange(page, layout);
  if (range !== null) stretchRange(data, range);
  const orientation = orientationOf(page);
  const decoded = wholePicture(input.want, turnUpright({ width, height, data }, orientation), {
    format: "tiff",
    channels: facts.channels,
    bitDepth: facts.bitDepth,
    hasAlpha: false,
    frameCount,
  });
  return { ...decoded, facts: { ...decoded.facts, orientation } };
}

/** What libvips refuses or shows as if its numbers were levels of 8 or 16 bits. */
function isOurs(directory: TiffDirectory): boolean {
  const layout = readLayout(directory);
  const { bits, sampleFormat, photometric, compression, samplesPerPixel } = layout;
  if (layout.isMixed) return false;
  if (compression === 50000 || compression === 34712) return true;
  if ([2, 3, 4, 6, 7].includes(compression) || photometric === photometrics.ycbcr) return false;
  return (
    (sampleFormat !== 1 && sampleFormat !== 4) ||
    ![1, 2, 4, 8, 16].includes(bits) ||
    photometric === photometrics.cieLab ||
    photometric === photometrics.iccLab ||
    (photometric === photometrics.inks && (samplesPerPixel > 4 || (bits === 16 && !directory.entries.has(tiffTags.iccProfile)))) ||
    (layout.planar && layout.isTiled && samplesPerPixel > 1) ||
    samplesPerPixel > coloursOf(layout) + (hasAlphaSample(layout) ? 1 : 0)
  );
}

/** libtiff calls everything a read error: only where a strip lies beyond the end is the file cut off. */
async function throughVips(input: DecodeInput, directory: TiffDirectory): Promise<Decoded> {
  try {
    return await decodeWithVips(input);
  } catch (thrown) {
    if (!(thrown instanceof DecodeError) || thrown.code !== "truncated") throw thrown;
    const layout = readLayout(directory);
    const { offsets, lengths } = chunksOf(directory, layout);
    const isWhole = offsets.length > 0 && offsets.every((offset, index) => offset + (lengths[index] ?? 0) <= input.bytes.length);
    if (!isWhole) throw thrown;
    throw new DecodeError("corrupt", `a strip of the TIFF (${compressionName(layout.compression)}, ${layout.bits} bits) cannot be read`);
  }
}

interface Pixels {
  /** [height, width, 3] */
  readonly data: Uint8Array;
  readonly channels: number;
  readonly hasAlpha: boolean;
}

function decodePixels(directory: TiffDirectory, layout: TiffLayout): Pixels {
  const { bits, sampleFormat, photometric, noData } = layout;
  const colours = coloursOf(layout);
  if (layout.samplesPerPixel < colours) throw new DecodeError("corrupt", `the TIFF has ${layout.samplesPerPixel} of ${colours} colours`);
  // Levels have a white, measured values have none (and what lies beside them is seldom alpha).
  const areLevels = sampleFormat === 1 && bits <= 16;
  const hasAlpha = areLevels && colours <= 3 && hasAlphaSample(layout) && photometric <= photometrics.rgb;
  const samples = readSamples(directory, layout, colours + (hasAlpha ? 1 : 0));
  const channels = hasAlpha ? colours + 1 : colours;
  switch (photometric) {
    case photometrics.palette:
      return { data: throughPalette(samples, numbersOf(directory, tiffTags.colourMap), bits), channels: 3, hasAlpha };
    case photometrics.cieLab:
    case photometrics.iccLab:
      return { data: labToRgb(toLab(samples, layout)), channels, hasAlpha };
    case photometrics.inks:
      return { data: inksToRgb(areLevels ? toEightBits(samples, 2 ** bits - 1) : spread(samples, noData), 4), channels, hasAlpha };
    case photometrics.whiteIsZero:
    case photometrics.blackIsZero:
    case photometrics.rgb: {
      const eight = areLevels
        ? toEightBits(samples, 2 ** bits - 1)
        : isShare(samples, layout)
          ? toEightBits(samples, 1)
          : spread(samples, noData);
      if (photometric === photometrics.whiteIsZero)
        for (let at = 0; at < eight.length; at += channels) eight[at] = 255 - (eight[at] as number);
      if (hasAlpha && isPremultiplied(layout)) undoPremultiplied(eight, channels);
      return { data: onWhite(eight, channels as 1 | 2 | 3 | 4), channels, hasAlpha };
    }
    default:
      throw new DecodeError("unsupported", `TIFF with photometric interpretation ${photometric} of ${bits} bits`);
  }
}

/** In place: the colours before they were multiplied by their alpha. */
function undoPremultiplied(samples: Uint8Array, channels: number): void {
  for (let at = 0; at < samples.length; at += channels) {
    const alpha = samples[at + channels - 1] as number;
    if (alpha === 0) continue;
    for (let channel = 0; channel < channels - 1; channel++)
      samples[at + channel] = Math.min(255, Math.round(((samples[at + channel] as number) * 255) / alpha));
  }
}

/** Float colours between 0 and 1 are shares of white; spreading each picture by itself would change its colours. */
function isShare(samples: Samples, { sampleFormat, photometric }: TiffLayout): boolean {
  return sampleFormat === 3 && photometric === photometrics.rgb && samples.every((value: number) => value >= 0 && value <= 1);
}

/** Least to greatest of what was measured. */
function spread(samples: Samples, noData: number | null): Uint8Array {
  // Written as a number with all its digits, stored as a float: equal after the same rounding.
  const missing = noData === null ? null : samples instanceof Float32Array ? Math.fround(noData) : noData;
  return spreadToEightBits(missing === null ? samples : Float64Array.from(samples, (value) => (value === missing ? Number.NaN : value)));
}

function throughPalette(samples: Samples, map: readonly number[], bits: number): Uint8Array {
  const size = 2 ** bits;
  if (bits > 16 || map.length < size * 3)
    throw new DecodeError("corrupt", `the palette of the TIFF has ${map.length} of ${size * 3} values`);
  // Some writers put 8-bit values there.
  const drop = map.every((value) => value < 256) ? 0 : 8;
  const rgb = new Uint8Array(samples.length * 3);
  for (let at = 0, to = 0; at < samples.length; at++)
    for (let channel = 0; channel < 3; channel++) rgb[to++] = (map[channel * size + (samples[at] as number)] as number) >> drop;
  return rgb;
}

/** 8 bits: L of 255, a and b whole; 16 bits: 256 times as fine. CIELab has them signed, ICCLab moved by half the range. */
function toLab(samples: Samples, { bits, photometric }: TiffLayout): Float32Array {
  if (bits !== 8 && bits !== 16) throw new DecodeError("unsupported", `TIFF with Lab colours of ${bits} bits`);
  const unit = bits === 8 ? 1 : 256;
  const isIcc = photometric === photometrics.iccLab;
  const lightest = isIcc || bits === 8 ? 255 * unit : 65535;
  const lab = new Float32Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    const value = samples[at] as number;
    if (at % 3 === 0) lab[at] = (value * 100) / lightest;
    else lab[at] = isIcc ? value / unit - 128 : (value >= 128 * unit ? value - 256 * unit : value) / unit;
  }
  return lab;
}
