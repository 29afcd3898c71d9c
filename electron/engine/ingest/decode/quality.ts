/**
 * @file Light, contrast and colour of a picture, from its small version: what the issue rules (dark, bright, low information, greyscale) read.
 */
import { loadKernels } from "#native/kernels.ts";

import type { Picture, PictureQuality } from "./types.ts";

export type LightAndColour = Omit<PictureQuality, "sharpness" | "blurEffect">;

export function measureLightAndColour(picture: Picture): LightAndColour {
  const count = picture.width * picture.height;
  const greys = new Uint32Array(256);
  const chromas = new Uint32Array(256);
  loadKernels().histograms({ source: picture.data, count, greys, chromas });
  const mean = meanOf(greys, count);
  return {
    brightness: [
      percentile(greys, count, 0.01),
      percentile(greys, count, 0.05),
      percentile(greys, count, 0.5),
      percentile(greys, count, 0.95),
      percentile(greys, count, 0.99),
    ],
    meanBrightness: mean,
    contrast: deviationOf(greys, count, mean),
    entropy: entropyOf(greys, count),
    saturation: meanOf(chromas, count) / 255,
    peakSaturation: percentile(chromas, count, 0.99) / 255,
  };
}

function meanOf(histogram: Uint32Array, count: number): number {
  let sum = 0;
  for (let value = 0; value < 256; value++) sum += value * (histogram[value] as number);
  return sum / count;
}

function deviationOf(histogram: Uint32Array, count: number, mean: number): number {
  let sum = 0;
  for (let value = 0; value < 256; value++) sum += (value - mean) ** 2 * (histogram[value] as number);
  return Math.sqrt(sum / count);
}

function entropyOf(histogram: Uint32Array, count: number): number {
  let bits = 0;
  for (const frequency of histogram) if (frequency > 0) bits -= (frequency / count) * Math.log2(frequency / count);
  return bits;
}

/** The smallest value that at least this share of the pixels does not exceed. */
function percentile(histogram: Uint32Array, count: number, share: number): number {
  let seen = 0;
  for (let value = 0; value < 256; value++) {
    seen += histogram[value] as number;
    if (seen >= share * count) return value;
  }
  return 255;
}
