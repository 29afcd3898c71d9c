/**
 * @file How sharp a picture is, measured on its grey centre at full resolution; scaled pictures all look sharp. Two measures that err
 * differently: the variance of the Laplacian (Pertuz et al. 2013, LAPV) grows with contrast and noise, the blur effect (Crete et
 * al. 2007, "The blur effect") compares the picture with a blurred copy of itself and is free of contrast.
 */
import type { Picture } from "./types.ts";

/** Side of the centre that is looked at. */
export const sharpnessSide = 512;

export interface Sharpness {
  /** Variance of the 4-neighbour Laplacian of grey 0..255. */
  readonly sharpness: number;
  /** 0 sharp .. 1 blurred. */
  readonly blurEffect: number;
}

/** `picture` is the centre already. Pictures under 3 x 3 count as sharp: there is nothing to tell. */
export function measureSharpnessOf(picture: Picture): Sharpness {
  const { width, height } = picture;
  const grey = greyOf(picture);
  return { sharpness: laplacianVariance(grey, width, height), blurEffect: Math.max(blurAlong(grey, width, height, 1), blurAlong(grey, width, height, width)) };
}

/** ITU-R BT.601 luma, [height, width]. */
export function greyOf(picture: Picture): Float32Array {
  const { data } = picture;
  const grey = new Float32Array(picture.width * picture.height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
  }
  return grey;
}

function laplacianVariance(grey: Float32Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const value = (grey[at - 1] as number) + (grey[at + 1] as number) + (grey[at - width] as number) + (grey[at + width] as number) - 4 * (grey[at] as number);
      sum += value;
      squares += value * value;
      count++;
    }
  }
  if (count === 0) return 0;
  const mean = sum / count;
  return Math.max(0, squares / count - mean * mean);
}

/** Share of the differences between neighbours that survives a blur with nine taps along one axis (`step` 1: across, width: down). */
function blurAlong(grey: Float32Array, width: number, height: number, step: number): number {
  const length = step === 1 ? width : height;
  const lines = step === 1 ? height : width;
  const lineStep = step === 1 ? width : 1;
  if (length < 12) return 0;
  let total = 0;
  let lost = 0;
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let position = 5; position < length - 4; position++) {
      const at = start + position * step;
      // The blurred neighbours differ by what enters the window less what leaves it.
      const change = (grey[at + 4 * step] as number) - (grey[at - 5 * step] as number);
      const sharp = Math.abs((grey[at] as number) - (grey[at - step] as number));
      total += sharp;
      lost += Math.max(0, sharp - Math.abs(change) / 9);
    }
  }
  return total === 0 ? 0 : (total - lost) / total;
}
