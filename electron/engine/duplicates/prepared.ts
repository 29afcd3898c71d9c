/**
 * @file A picture made ready for comparison at one size: lightly blurred luma and chroma (compression noise and the choice of a resizing
 * kernel live in the finest detail, pictures do not), how lively each 8 x 8 tile is, and a 16 x 16 sketch. Kept as long as the picture
 * is, since a picture is usually compared more than once.
 */
import { scaleByArea, toPlanes } from "./picture.ts";
import type { Picture, Planes } from "./picture.ts";

export const tileSide = 8;
export const sketchSide = 16;

export interface Prepared {
  readonly width: number;
  readonly height: number;
  readonly tilesAcross: number;
  readonly tilesDown: number;
  /** [height, width] before the blur. */
  readonly sharpLuma: Float32Array;
  /** [3, height, width] luma, blue, red, each blurred by (1 2 1) / 4 both ways. */
  readonly blurred: readonly [Float32Array, Float32Array, Float32Array];
  /** [tilesDown, tilesAcross] root mean square of the luma gradient. */
  readonly lumaActivity: Float32Array;
  readonly chromaActivity: Float32Array;
  /** Standard deviation over the picture, luma and chroma together, in grey levels. */
  readonly contrast: number;
}

const preparedOf = new WeakMap<Picture, Map<number, Prepared>>();
const sketchOf = new WeakMap<Picture, Float32Array>();

/** Number of tiles along a side; the last one takes what is left over. */
export function tileCount(length: number): number {
  return Math.max(1, Math.floor(length / tileSide));
}

export function prepare(picture: Picture, width: number, height: number): Prepared {
  let sizes = preparedOf.get(picture);
  if (!sizes) preparedOf.set(picture, (sizes = new Map<number, Prepared>()));
  const key = width * 65536 + height;
  let prepared = sizes.get(key);
  if (!prepared) {
    if (sizes.size >= 2) sizes.clear();
    sizes.set(key, (prepared = build(picture, width, height)));
  }
  return prepared;
}

/** [16, 16, 3] mean colours. */
export function sketch(picture: Picture): Float32Array {
  let means = sketchOf.get(picture);
  if (!means) sketchOf.set(picture, (means = scaleByArea(picture, sketchSide, sketchSide)));
  return means;
}

function build(picture: Picture, width: number, height: number): Prepared {
  return preparePlanes(toPlanes(picture, width, height));
}

export function preparePlanes(planes: Planes): Prepared {
  const { width, height } = planes;
  const luma = blur(planes.luma, width, height);
  const blue = blur(planes.blue, width, height);
  const red = blur(planes.red, width, height);
  const tilesAcross = tileCount(width);
  const tilesDown = tileCount(height);
  const lumaActivity = activity([luma], width, height);
  const chromaActivity = activity([blue, red], width, height);
  const contrast = Math.sqrt(variance(luma) + variance(blue) + variance(red));
  return {
    width,
    height,
    tilesAcross,
    tilesDown,
    sharpLuma: planes.luma,
    blurred: [luma, blue, red],
    lumaActivity,
    chromaActivity,
    contrast,
  };
}

function variance(plane: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < plane.length; at++) {
    sum += plane[at];
    squares += plane[at] * plane[at];
  }
  return Math.max(0, squares / plane.length - (sum / plane.length) ** 2);
}

function blur(plane: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const end = row + width - 1;
    for (let at = row + 1; at < end; at++) across[at] = 0.25 * plane[at - 1] + 0.5 * plane[at] + 0.25 * plane[at + 1];
    // The edge goes on outside.
    for (const at of [row, end]) across[at] = 0.25 * plane[Math.max(row, at - 1)] + 0.5 * plane[at] + 0.25 * plane[Math.min(end, at + 1)];
  }
  const both = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const above = (y > 0 ? y - 1 : y) * width;
    const here = y * width;
    const below = (y < height - 1 ? y + 1 : y) * width;
    for (let x = 0; x < width; x++) both[here + x] = 0.25 * across[above + x] + 0.5 * across[here + x] + 0.25 * across[below + x];
  }
  return both;
}

function activity(planes: readonly Float32Array[], width: number, height: number): Float32Array {
  const across = tileCount(width);
  const down = tileCount(height);
  const sums = new Float32Array(across * down);
  for (let tileRow = 0; tileRow < down; tileRow++) {
    const top = Math.max(1, tileRow * tileSide);
    const bottom = Math.min(height - 1, tileRow === down - 1 ? height : (tileRow + 1) * tileSide);
    for (let tileColumn = 0; tileColumn < across; tileColumn++) {
      const left = Math.max(1, tileColumn * tileSide);
      const right = Math.min(width - 1, tileColumn === across - 1 ? width : (tileColumn + 1) * tileSide);
      let sum = 0;
      for (const plane of planes) {
        for (let y = top; y < bottom; y++) {
          for (let at = y * width + left; at < y * width + right; at++) {
            const gx = plane[at + 1] - plane[at - 1];
            const gy = plane[at + width] - plane[at - width];
            sum += gx * gx + gy * gy;
          }
        }
      }
      sums[tileRow * across + tileColumn] = sum;
    }
  }
  for (let tile = 0; tile < sums.length; tile++) {
    const tileWidth = (tile % across) + 1 === across ? width - (across - 1) * tileSide : tileSide;
    const tileHeight = Math.floor(tile / across) + 1 === down ? height - (down - 1) * tileSide : tileSide;
    sums[tile] = Math.sqrt(sums[tile] / (4 * tileWidth * tileHeight));
  }
  return sums;
}
