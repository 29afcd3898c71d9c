/**
 * @file A picture laid into the frame of another by an affine map: each pixel is the mean of what it covers, and what the picture does not reach is marked.
 */
import type { Affine } from "#protocol/affine.ts";

import { emptyPlanes, storeColour, type Picture, type Planes } from "../picture.ts";

export interface Warped {
  readonly planes: Planes;
  /** [height, width] 1 where the picture reaches. */
  readonly reached: Uint8Array;
  readonly reachedCount: number;
}

/** @param affine from pixels of the frame to pixels of the picture, centres at halves */
export function warp(picture: Picture, affine: Affine, frame: { readonly width: number; readonly height: number }): Warped {
  const { width, height } = frame;
  const planes = emptyPlanes(width, height);
  const reached = new Uint8Array(width * height);
  // As many samples along a side as pixels are covered: a mean, as scaling by area takes it.
  const samples = Math.max(1, Math.min(4, Math.round(Math.hypot(affine[0], affine[3]))));
  const share = 1 / (samples * samples);
  const rgb = new Float64Array(3);
  let reachedCount = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rgb[0] = rgb[1] = rgb[2] = 0;
      let isInside = true;
      for (let sample = 0; isInside && sample < samples * samples; sample++) {
        const u = x + ((sample % samples) + 0.5) / samples;
        const v = y + (Math.floor(sample / samples) + 0.5) / samples;
        isInside = addSample(picture, affine[0] * u + affine[1] * v + affine[2], affine[3] * u + affine[4] * v + affine[5], rgb);
      }
      if (!isInside) continue;
      const at = y * width + x;
      storeColour(planes, at, rgb[0] * share, rgb[1] * share, rgb[2] * share);
      reached[at] = 1;
      reachedCount++;
    }
  }
  return { planes, reached, reachedCount };
}

/** Linear between the four pixels around. False where it lies outside of the picture. */
function addSample({ width, height, data }: Picture, x: number, y: number, rgb: Float64Array): boolean {
  if (x < 0.5 || y < 0.5 || x > width - 0.5 || y > height - 0.5) return false;
  const column = Math.min(width - 2, Math.floor(x - 0.5));
  const row = Math.min(height - 2, Math.floor(y - 0.5));
  if (column < 0 || row < 0) return false;
  const right = x - 0.5 - column;
  const down = y - 0.5 - row;
  const at = 3 * (row * width + column);
  const below = at + 3 * width;
  for (let channel = 0; channel < 3; channel++) {
    const topLeft = data[at + channel];
    const bottomLeft = data[below + channel];
    const top = topLeft + right * (data[at + 3 + channel] - topLeft);
    rgb[channel] += top + down * (bottomLeft + right * (data[below + 3 + channel] - bottomLeft) - top);
  }
  return true;
}
