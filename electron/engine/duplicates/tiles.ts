/**
 * @file Tile by tile, is one picture the other but for what saving it again does? The residual of each 8 x 8 tile, after a shift of less
 * than a pixel, is set against what JPEG at quality 60, WebP or resizing may leave there: a floor, plus a share of how lively the place
 * is (in the *calmer* of the two pictures, so that a thing added to one of them cannot excuse itself). The more source pixels a compared
 * pixel stands for, the less is forgiven. The constants were fitted to 300 real pictures saved again in five ways: the worst tile of
 * 99 of 100 pairs stays under 1.3 times the allowance (test/bench/duplicates.bench.ts).
 */
import { loadKernels } from "#native/kernels.ts";

import { pixelsOfTile } from "./prepared.ts";
import type { Prepared } from "./prepared.ts";

export interface TileReport {
  /** Largest residual of a tile, 1 = the allowance. */
  readonly worst: number;
  /** Mean and ninth decile of the same over the tiles with something to see; 0 where there is none. */
  readonly livelyMean: number;
  readonly livelyHigh: number;
  /** Residuals of the tiles, [tilesDown, tilesAcross]. */
  readonly ratios: Float32Array;
}

/** How luma and chroma of one picture follow from the other's: `b = gain * a + bias`. */
export interface Tone {
  readonly lumaGain: number;
  readonly lumaBias: number;
  readonly chromaGain: number;
  readonly blueBias: number;
  readonly redBias: number;
}

export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Tiles with something to see: these tell one picture from another. */
export function countStructuredTiles(a: Prepared, b: Prepared, seen?: Uint8Array): number {
  let count = 0;
  for (let tile = 0; tile < a.lumaActivity.length; tile++) if (seen?.[tile] !== 0 && isLively(a, b, tile)) count++;
  return count;
}

function isLively(a: Prepared, b: Prepared, tile: number): boolean {
  return Math.min(a.lumaActivity[tile], b.lumaActivity[tile]) >= 3 || Math.min(a.chromaActivity[tile], b.chromaActivity[tile]) >= 3;
}

/** Of them, those that lie among their like on all sides: of a thing that is full of detail most do, of outlines and flat colours few. */
export function countInnerTiles(picture: Prepared): number {
  const plain = picture.lumaActivity.map((_, tile) => (isLively(picture, picture, tile) ? 0 : 1));
  const { tilesAcross, tilesDown } = picture;
  return mostOfThree(mostOfThree(plain, 1, tilesAcross), tilesAcross, tilesDown).reduce((sum, isPlain) => sum + 1 - isPlain, 0);
}

/**
 * The shift, in pixels, that takes `a` to `b` best in least squares to first order (Lucas and Kanade 1981). Zero where it would be
 * longer than `limit`: such a pair is not one picture in two sizes.
 */
export function estimateShift(a: Prepared, b: Prepared, limit: number): Shift {
  const sums = new Float64Array(5);
  loadKernels().shiftSums({ first: a.blurred[0], second: b.blurred[0], width: a.width, height: a.height, sums });
  const [xx, xy, yy, xd, yd] = sums;
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-3 * (xx + yy) * (xx + yy)) return { x: 0, y: 0 };
  const x = (4 * (xd * yy - yd * xy)) / determinant;
  const y = (4 * (yd * xx - xd * xy)) / determinant;
  return Math.max(Math.abs(x), Math.abs(y)) <= limit ? { x, y } : { x: 0, y: 0 };
}

export interface TilesHow {
  readonly shift: Shift;
  /** How many pixels of the smaller file, along a side, one compared pixel stands for (1 or more). */
  readonly sourcePixels: number;
  readonly tone?: Tone;
  /** [tilesDown, tilesAcross] 1 where the two lie over each other; everywhere if not given. */
  readonly seen?: Uint8Array;
  /** Colour is not looked at: one of the two has none. */
  readonly isGrey?: boolean;
}

/** Shorter moves are none, in pixels. */
const leastShift = 0.01;

export function compareTiles(a: Prepared, b: Prepared, how: TilesHow): TileReport {
  const { width, height, tilesAcross, tilesDown } = a;
  const tone = how.tone ?? { lumaGain: 1, lumaBias: 0, chromaGain: 1, blueBias: 0, redBias: 0 };
  const isShifted = Math.abs(how.shift.x) + Math.abs(how.shift.y) > leastShift;
  const [stepX, stepY] = isShifted ? [how.shift.x / 4, how.shift.y / 4] : [0, 0];
  const [luma, chroma] = [new Float64Array(tilesAcross * tilesDown), new Float64Array(tilesAcross * tilesDown)];
  const add = (channel: 0 | 1 | 2, gain: number, bias: number, sums: Float64Array): void =>
    loadKernels().tileResiduals({ first: a.blurred[channel], second: b.blurred[channel], width, height, gain, bias, stepX, stepY, sums });
  add(0, tone.lumaGain, tone.lumaBias, luma);
  if (how.isGrey !== true) {
    add(1, tone.chromaGain, tone.blueBias, chroma);
    add(2, tone.chromaGain, tone.redBias, chroma);
  }
  return judge(a, b, { luma, chroma, how });
}

function judge(a: Prepared, b: Prepared, sums: { luma: Float64Array; chroma: Float64Array; how: TilesHow }): TileReport {
  const { sourcePixels, seen, isGrey = false } = sums.how;
  const noise = Math.max(1, sourcePixels) ** -0.7;
  const ratios = new Float32Array(sums.luma.length);
  const lively = new Float32Array(ratios.length);
  const [lumaAround, chromaAround] = [calmest(a.lumaActivity, b.lumaActivity, a), calmest(a.chromaActivity, b.chromaActivity, a)];
  let livelyCount = 0;
  let livelySum = 0;
  let worst = 0;
  for (let tile = 0; tile < ratios.length; tile++) {
    if (seen?.[tile] === 0) continue;
    const pixels = pixelsOfTile(a, tile);
    const lumaAllowance = 1.4 + 1.8 * noise + (0.12 + 0.12 * noise) * lumaAround[tile];
    const chromaAllowance = 1.2 + 4.2 * noise + (0.18 + 0.4 * noise) * chromaAround[tile] + (0.02 + 0.1 * noise) * lumaAround[tile];
    const lumaRatio = Math.sqrt(sums.luma[tile] / pixels) / lumaAllowance;
    const ratio = isGrey ? lumaRatio : Math.max(lumaRatio, Math.sqrt(sums.chroma[tile] / pixels) / chromaAllowance);
    ratios[tile] = ratio;
    if (ratio > worst) worst = ratio;
    if (!isLively(a, b, tile)) continue;
    lively[livelyCount++] = ratio;
    livelySum += ratio;
  }
  const sorted = lively.subarray(0, livelyCount).sort();
  return { worst, livelyMean: livelySum / Math.max(1, livelyCount), livelyHigh: sorted[Math.floor(0.9 * livelyCount)] ?? 0, ratios };
}

/** How lively the calmer of two pictures is. Ringing and colour bleeding reach a block further: the liveliest of the 3 x 3 tiles around counts. */
function calmest(
  one: Float32Array,
  other: Float32Array,
  { tilesAcross, tilesDown }: Pick<Prepared, "tilesAcross" | "tilesDown">,
): Float32Array {
  const calm = new Float32Array(one.length);
  for (let tile = 0; tile < calm.length; tile++) calm[tile] = Math.min(one[tile], other[tile]);
  return mostOfThree(mostOfThree(calm, 1, tilesAcross), tilesAcross, tilesDown);
}

/** The largest of a value and its two neighbours, `step` away, along lines of `length`. */
function mostOfThree(values: Float32Array, step: number, length: number): Float32Array {
  const most = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const place = Math.floor(at / step) % length;
    const before = place > 0 ? values[at - step] : 0;
    const behind = place < length - 1 ? values[at + step] : 0;
    most[at] = Math.max(before, values[at], behind);
  }
  return most;
}
