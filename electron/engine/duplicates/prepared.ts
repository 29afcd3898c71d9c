/**
 * @file A picture made ready for comparison at one size: lightly blurred luma and chroma (compression noise and the choice of a resizing
 * kernel live in the finest detail, pictures do not), how lively each 8 x 8 tile is, and a 16 x 16 sketch. Kept as long as the picture
 * is, since a picture is usually compared more than once.
 */
import { toPlanes } from "./picture.ts";
import type { Picture } from "./picture.ts";

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
  if (!means) sketchOf.set(picture, (means = drawSketch(picture)));
  return means;
}

function build(picture: Picture, width: number, height: number): Prepared {
  const planes = toPlanes(picture, width, height);
  const luma = blur(planes.luma, width, height);
  const blue = blur(planes.blue, width, height);
  const red = blur(planes.red, width, height);
  const tilesAcross = tileCount(width);
  const tilesDown = tileCount(height);
  const lumaActivity = activity([luma], width, height);
  const chromaActivity = activity([blue, red], width, height);
  return { width, height, tilesAcross, tilesDown, sharpLuma: planes.luma, blurred: [luma, blue, red], lumaActivity, chromaActivity };
}

function blur(plane: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const end = row + width - 1;
    for (let at = row; at <= end; at++) {
      across[at] = 0.25 * plane[at > row ? at - 1 : at] + 0.5 * plane[at] + 0.25 * plane[at < end ? at + 1 : at];
    }
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
  for (let y = 0; y < height; y++) {
    const tileRow = Math.min(down - 1, y >> 3) * across;
    const up = y > 0 ? -width : 0;
    const low = y < height - 1 ? width : 0;
    for (const plane of planes) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const gx = x > 0 && x < width - 1 ? plane[at + 1] - plane[at - 1] : 0;
        const gy = up !== 0 && low !== 0 ? plane[at + low] - plane[at + up] : 0;
        sums[tileRow + Math.min(across - 1, x >> 3)] += gx * gx + gy * gy;
      }
    }
  }
  for (let tile = 0; tile < sums.length; tile++) {
    const tileWidth = (tile % across) + 1 === across ? width - (across - 1) * tileSide : tileSide;
    const tileHeight = Math.floor(tile / across) + 1 === down ? height - (down - 1) * tileSide : tileSide;
    sums[tile] = Math.sqrt(sums[tile] / (4 * tileWidth * tileHeight));
  }
  return sums;
}

function drawSketch(picture: Picture): Float32Array {
  const sums = new Float32Array(sketchSide * sketchSide * 3);
  const counts = new Float32Array(sketchSide * sketchSide);
  const { width, height, data } = picture;
  // Pictures smaller than the sketch repeat pixels instead of leaving holes.
  const stepX = Math.min(1, width / sketchSide);
  const stepY = Math.min(1, height / sketchSide);
  const columns = Math.round(width / stepX);
  const rows = Math.round(height / stepY);
  for (let j = 0; j < rows; j++) {
    const y = Math.min(height - 1, Math.floor(j * stepY));
    const cellRow = Math.floor((j * sketchSide) / rows) * sketchSide;
    for (let i = 0; i < columns; i++) {
      const cell = cellRow + Math.floor((i * sketchSide) / columns);
      const from = 3 * (y * width + Math.min(width - 1, Math.floor(i * stepX)));
      sums[3 * cell] += data[from];
      sums[3 * cell + 1] += data[from + 1];
      sums[3 * cell + 2] += data[from + 2];
      counts[cell]++;
    }
  }
  return sums.map((sum, index) => sum / counts[Math.floor(index / 3)]);
}
