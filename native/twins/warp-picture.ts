/**
 * @file warpPicture in TypeScript: a picture laid into the frame of another by an affine map, as brightness and two differences of colour. Each pixel is the mean of samples on a grid over what it covers, each of
 * them linear between four pixels; a pixel of which a sample lies outside of the picture is not reached.
 */
import { ArgumentCheck } from "../kernel-error.ts";
import { chromaScales, lumaOf } from "./area-means.ts";
import { longestPlane } from "./plane-tiles.ts";

export interface WarpPictureArguments {
  /** [sourceHeight, sourceWidth, 3] row-major. */
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** From pixels of the frame into the picture: (a x + b y + c, d x + e y + f); centres of pixels lie at halves. */
  readonly affine: Float64Array;
  /** Along a side of a pixel. */
  readonly samples: number;
  /** Of the frame. */
  readonly width: number;
  readonly height: number;
  /** [3, height, width] brightness, then differences to blue and to red (`areaMeans`); filled where the picture reaches. */
  readonly planes: Float32Array;
  /** [height, width]; filled: 1 where the picture reaches. */
  readonly reached: Uint8Array;
}

const mostSamples = 8;

/** @returns how many pixels are reached */
export function warpPicture(given: WarpPictureArguments): number {
  const check = new ArgumentCheck("warpPicture", given);
  const sourceWidth = check.integer("sourceWidth", 1, longestPlane);
  const sourceHeight = check.integer("sourceHeight", 1, longestPlane);
  const width = check.integer("width", 1, longestPlane);
  const height = check.integer("height", 1, longestPlane);
  const samples = check.integer("samples", 1, mostSamples);
  const source = check.array("source", "Uint8Array", sourceWidth * sourceHeight * 3);
  const affine = check.array("affine", "Float64Array", 6);
  const planes = check.array("planes", "Float32Array", width * height * 3);
  const reached = check.array("reached", "Uint8Array", width * height);
  const [a0, a1, a2, a3, a4, a5] = affine as unknown as [number, number, number, number, number, number];
  const share = 1 / (samples * samples);
  const rgb = new Float64Array(3);
  /** False where it lies outside. Comparisons that no number passes keep what is no number out. */
  const add = (x: number, y: number): boolean => {
    if (!(x >= 0.5 && y >= 0.5 && x <= sourceWidth - 0.5 && y <= sourceHeight - 0.5)) return false;
    const column = Math.min(sourceWidth - 2, Math.floor(x - 0.5));
    const row = Math.min(sourceHeight - 2, Math.floor(y - 0.5));
    if (column < 0 || row < 0) return false;
    const [right, down] = [x - 0.5 - column, y - 0.5 - row];
    const above = 3 * (row * sourceWidth + column);
    const below = above + 3 * sourceWidth;
    for (let channel = 0; channel < 3; channel++) {
      const [topLeft, bottomLeft] = [source[above + channel] as number, source[below + channel] as number];
      const top = topLeft + right * ((source[above + 3 + channel] as number) - topLeft);
      const bottom = bottomLeft + right * ((source[below + 3 + channel] as number) - bottomLeft);
      rgb[channel] = (rgb[channel] as number) + (top + down * (bottom - top));
    }
    return true;
  };
  let count = 0;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      rgb.fill(0);
      let isInside = true;
      for (let sample = 0; isInside && sample < samples * samples; sample++) {
        const u = x + ((sample % samples) + 0.5) / samples;
        const v = y + (Math.floor(sample / samples) + 0.5) / samples;
        isInside = add(a0 * u + a1 * v + a2, a3 * u + a4 * v + a5);
      }
      reached[at] = isInside ? 1 : 0;
      if (!isInside) continue;
      const [red, green, blue] = [(rgb[0] as number) * share, (rgb[1] as number) * share, (rgb[2] as number) * share];
      const luma = lumaOf(red, green, blue);
      planes[at] = luma;
      planes[width * height + at] = (blue - luma) * chromaScales.blue;
      planes[2 * width * height + at] = (red - luma) * chromaScales.red;
      count++;
    }
  return count;
}
