/**
 * @file A picture laid into the frame of another by an affine map: each pixel is the mean of what it covers, and what the picture does not reach is marked.
 */
import { loadKernels } from "#native/kernels.ts";
import type { Affine } from "#protocol/affine.ts";

import { asPlanes, type Picture, type Planes } from "../picture.ts";

export interface Warped {
  readonly planes: Planes;
  /** [height, width] 1 where the picture reaches. */
  readonly reached: Uint8Array;
  readonly reachedCount: number;
}

/** Along a side of a pixel. */
const mostSamples = 4;

/** @param affine from pixels of the frame to pixels of the picture, centres at halves */
export function warp(picture: Picture, affine: Affine, frame: { readonly width: number; readonly height: number }): Warped {
  const { width, height } = frame;
  const values = new Float32Array(3 * width * height);
  const reached = new Uint8Array(width * height);
  // As many samples along a side as pixels are covered: a mean, as scaling by area takes it.
  const samples = Math.max(1, Math.min(mostSamples, Math.round(Math.hypot(affine[0], affine[3]))));
  const { data: source, width: sourceWidth, height: sourceHeight } = picture;
  const reachedCount = loadKernels().warpPicture({ source, sourceWidth, sourceHeight, affine: Float64Array.from(affine), samples, width, height, planes: values, reached }); // prettier-ignore
  return { planes: asPlanes(values, width, height), reached, reachedCount };
}
