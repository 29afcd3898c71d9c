/**
 * @file How sharp a picture is, measured on its grey centre at full resolution; scaled pictures all look sharp. Two measures that err
 * differently: the variance of the Laplacian (Pertuz et al. 2013, LAPV) grows with contrast and noise, the blur effect (Crete et
 * al. 2007, "The blur effect") compares the picture with a blurred copy of itself and is free of contrast. The sums come from a kernel.
 */
import { loadKernels } from "#native/kernels.ts";

import { centreOf, type Rectangle, type Size } from "./centre.ts";
import type { Picture } from "./types.ts";

/** Side of the centre that is looked at. */
export const sharpnessSide = 512;

export interface Sharpness {
  /** Variance of the 4-neighbour Laplacian of grey 0..255. */
  readonly sharpness: number;
  /** 0 sharp .. 1 blurred. */
  readonly blurEffect: number;
}

/** Where in a picture sharpness is measured. */
export function sharpnessRectangle(picture: Size): Rectangle {
  return centreOf(picture, sharpnessSide);
}

/** Of the centre of `picture`. Pictures under 12 x 12 have no blur effect (0): there is nothing to tell. */
export function measureSharpnessOf(picture: Picture): Sharpness {
  return measure({ source: picture.data, channels: 3, ...picture }, sharpnessRectangle(picture));
}

/** Of a whole rectangle of luma, such as `sharpnessRectangle` says. */
export function measureSharpnessOfGrey(grey: Uint8Array, { width, height }: Size): Sharpness {
  return measure({ source: grey, channels: 1, width, height }, { left: 0, top: 0, width, height });
}

function measure(
  from: Size & { readonly source: Uint8Array; readonly channels: 1 | 3 },
  { left, top, width, height }: Rectangle,
): Sharpness {
  const sums = new Float64Array(6);
  loadKernels().sharpness({
    source: from.source,
    channels: from.channels,
    sourceWidth: from.width,
    sourceHeight: from.height,
    left,
    top,
    width,
    height,
    noise: noiseLevels,
    sums,
  });
  const [sum, squares, acrossTotal, acrossLost, downTotal, downLost] = sums as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const count = (width - 2) * (height - 2);
  return {
    sharpness: width < 3 || height < 3 ? 0 : Math.max(0, squares / count - (sum / count) ** 2),
    blurEffect: width < 12 || height < 12 ? 0 : blurEffectOf({ acrossTotal, acrossLost, downTotal, downLost }),
  };
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

/** Differences up to this many levels are rounding and noise: in a smooth picture they would pass for sharp detail. */
const noiseLevels = 2;

/** Share of the differences between neighbours that survives a blur over nine pixels (high = it was blurred before); the worse of across and down. 1 where there is no detail. */
function blurEffectOf(sums: { acrossTotal: number; acrossLost: number; downTotal: number; downLost: number }): number {
  if (sums.acrossTotal + sums.downTotal === 0) return 1;
  const across = sums.acrossTotal === 0 ? 0 : 1 - sums.acrossLost / (9 * sums.acrossTotal);
  const down = sums.downTotal === 0 ? 0 : 1 - sums.downLost / (9 * sums.downTotal);
  return Math.max(across, down);
}
