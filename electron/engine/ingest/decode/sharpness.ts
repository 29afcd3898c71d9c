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

/** `picture` is the centre already. Pictures under 12 x 12 have no blur effect (0): there is nothing to tell. */
export function measureSharpnessOf(picture: Picture): Sharpness {
  const { width, height } = picture;
  const grey = roundedGrey(picture);
  return { sharpness: laplacianVariance(grey, width, height), blurEffect: blurEffectOf(grey, width, height) };
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

/** The same in whole numbers: these loops run over a quarter of a million pixels, and integers are three times as fast. */
function roundedGrey(picture: Picture): Uint8Array {
  const { data } = picture;
  const grey = new Uint8Array(picture.width * picture.height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = ((data[at] as number) * 77 + (data[at + 1] as number) * 150 + (data[at + 2] as number) * 29 + 128) >> 8;
  }
  return grey;
}

function laplacianVariance(grey: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    let rowSquares = 0; // stays a small integer: at most 512 x 1020^2
    for (let at = y * width + 1, end = (y + 1) * width - 1; at < end; at++) {
      const value =
        (grey[at - 1] as number) +
        (grey[at + 1] as number) +
        (grey[at - width] as number) +
        (grey[at + width] as number) -
        4 * (grey[at] as number);
      sum += value;
      rowSquares += value * value;
    }
    squares += rowSquares;
  }
  const count = (width - 2) * (height - 2);
  if (width < 3 || height < 3) return 0;
  return Math.max(0, squares / count - (sum / count) ** 2);
}

/** Differences up to this many levels are rounding and noise: in a smooth picture they would pass for sharp detail. */
const noiseLevels = 2;

/** Share of the differences between neighbours that survives a blur over nine pixels (high = it was blurred before); the worse of across and down. 1 where there is no detail. */
function blurEffectOf(grey: Uint8Array, width: number, height: number): number {
  if (width < 12 || height < 12) return 0;
  let acrossTotal = 0;
  let acrossLost = 0;
  let downTotal = 0;
  let downLost = 0;
  const rows4 = 4 * width;
  const rows5 = 5 * width;
  for (let y = 5; y < height - 4; y++) {
    for (let at = y * width + 5, end = (y + 1) * width - 4; at < end; at++) {
      const value = grey[at] as number;
      const across = value - (grey[at - 1] as number);
      const down = value - (grey[at - width] as number);
      // Neighbours in the blurred picture differ by what enters the window of nine less what leaves it, over nine.
      const blurredAcross = (grey[at + 4] as number) - (grey[at - 5] as number);
      const blurredDown = (grey[at + rows4] as number) - (grey[at - rows5] as number);
      const sharpAcross = across < 0 ? -across : across;
      const sharpDown = down < 0 ? -down : down;
      const lostAcross = 9 * sharpAcross - (blurredAcross < 0 ? -blurredAcross : blurredAcross);
      const lostDown = 9 * sharpDown - (blurredDown < 0 ? -blurredDown : blurredDown);
      if (sharpAcross > noiseLevels) {
        acrossTotal += sharpAcross;
        if (lostAcross > 0) acrossLost += lostAcross;
      }
      if (sharpDown > noiseLevels) {
        downTotal += sharpDown;
        if (lostDown > 0) downLost += lostDown;
      }
    }
  }
  if (acrossTotal + downTotal === 0) return 1;
  const across = acrossTotal === 0 ? 0 : 1 - acrossLost / (9 * acrossTotal);
  const down = downTotal === 0 ? 0 : 1 - downLost / (9 * downTotal);
  return Math.max(across, down);
}
