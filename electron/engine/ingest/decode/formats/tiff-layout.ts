/**
 * @file What the first directory of a TIFF says of its pixels: size, samples, strips or tiles. Nothing is believed that the file cannot hold.
 */
import { numberOf, numbersOf, textOf, tiffTags } from "./tiff-directory.ts";
import type { TiffDirectory } from "./tiff-directory.ts";

export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Samples of several widths. */
  readonly isMixed: boolean;
  /** 1 unsigned, 2 signed, 3 float. */
  readonly sampleFormat: number;
  readonly samplesPerPixel: number;
  readonly photometric: number;
  readonly compression: number;
  readonly predictor: number;
  /** Each sample in strips or tiles of its own. */
  readonly planar: boolean;
  readonly isTiled: boolean;
  /** A strip is as wide as the picture. */
  readonly chunkWidth: number;
  readonly chunkHeight: number;
  /** What the samples beyond the colours are: 1 and 2 = alpha. */
  readonly extraSamples: readonly number[];
  readonly fillOrder: number;
  /** Value that says "nothing was measured here" (GDAL). */
  readonly noData: number | null;
}

export const photometrics = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, inks: 5, ycbcr: 6, cieLab: 8, iccLab: 9 } as const;

export function readLayout(directory: TiffDirectory): TiffLayout {
  const number = (tag: number, otherwise: number): number => Math.trunc(numberOf(directory, tag) ?? otherwise);
  const bits = numbersOf(directory, tiffTags.bitsPerSample, 64);
  const width = number(tiffTags.width, 0);
  const height = number(tiffTags.height, 0);
  const isTiled = directory.entries.has(tiffTags.tileWidth);
  const noData = Number.parseFloat(textOf(directory, tiffTags.noData));
  return {
    width,
    height,
    bits: bits[0] ?? 1,
    isMixed: bits.some((value) => value !== bits[0]),
    sampleFormat: number(tiffTags.sampleFormat, 1),
    samplesPerPixel: number(tiffTags.samplesPerPixel, 1),
    photometric: number(tiffTags.photometric, photometrics.blackIsZero),
    compression: number(tiffTags.compression, 1),
    predictor: number(tiffTags.predictor, 1),
    planar: numberOf(directory, tiffTags.planarConfiguration) === 2,
    isTiled,
    chunkWidth: isTiled ? number(tiffTags.tileWidth, 0) : width,
    chunkHeight: isTiled ? number(tiffTags.tileHeight, 0) : Math.min(height, number(tiffTags.rowsPerStrip, height)),
    extraSamples: numbersOf(directory, tiffTags.extraSamples, 64),
    fillOrder: number(tiffTags.fillOrder, 1),
    noData: Number.isFinite(noData) ? noData : null,
  };
}

/** How many samples make the colour; whatever follows is alpha or something that no picture shows. */
export function coloursOf({ photometric }: TiffLayout): number {
  if (photometric === photometrics.inks) return 4;
  return photometric === photometrics.rgb || photometric === photometrics.cieLab || photometric === photometrics.iccLab ? 3 : 1;
}

/** True where the colours have been multiplied by their alpha already ("associated"). */
export function isPremultiplied({ extraSamples }: TiffLayout): boolean {
  return extraSamples[0] === 1;
}

/** True where the first sample behind the colours is alpha. */
export function hasAlphaSample(layout: TiffLayout): boolean {
  const kind = layout.extraSamples[0];
  return (kind === 1 || kind === 2) && layout.samplesPerPixel > coloursOf(layout);
}

/** Offsets and lengths of the strips or tiles, in order. */
export function chunksOf(directory: TiffDirectory, layout: TiffLayout): { offsets: number[]; lengths: number[] } {
  const offsets = numbersOf(directory, layout.isTiled ? tiffTags.tileOffsets : tiffTags.stripOffsets);
  const lengths = numbersOf(directory, layout.isTiled ? tiffTags.tileByteCounts : tiffTags.stripByteCounts);
  return { offsets, lengths };
}
