/**
 * @file Tile by tile, is one picture the other but for what saving it again does? The residual of each 8 x 8 tile, after a shift of less
 * than a pixel, is set against what JPEG at quality 60, WebP or resizing may leave there: a floor, plus a share of how lively the place
 * is (in the *calmer* of the two pictures, so that a thing added to one of them cannot excuse itself). The more source pixels a compared
 * pixel stands for, the less is forgiven. The constants were fitted to 300 real pictures saved again in five ways: the worst tile of
 * 99 of 100 pairs stays under 1.3 times the allowance (test/bench/duplicates.bench.ts).
 */
import { tileSide } from "./prepared.ts";
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

/**
 * The shift, in pixels, that takes `a` to `b` best in least squares to first order (Lucas and Kanade 1981). Zero where it would be
 * longer than `limit`: such a pair is not one picture in two sizes.
 */
export function estimateShift(a: Prepared, b: Prepared, limit: number): Shift {
  const { width, height } = a;
  const first = a.blurred[0];
  const second = b.blurred[0];
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let xd = 0;
  let yd = 0;
  for (let y = 1; y < height - 1; y++) {
    const end = (y + 1) * width - 1;
    for (let at = y * width + 1; at < end; at++) {
      const difference = second[at] - first[at];
      const gx = first[at + 1] - first[at - 1] + second[at + 1] - second[at - 1];
      const gy = first[at + width] - first[at - width] + second[at + width] - second[at - width];
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
      xd += gx * difference;
      yd += gy * difference;
    }
  }
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

export function compareTiles(a: Prepared, b: Prepared, how: TilesHow): TileReport {
  const { width, height, tilesAcross, tilesDown } = a;
  const tone = how.tone ?? { lumaGain: 1, lumaBias: 0, chromaGain: 1, blueBias: 0, redBias: 0 };
  const gains = [tone.lumaGain, tone.chromaGain, tone.chromaGain];
  const biases = [tone.lumaBias, tone.blueBias, tone.redBias];
  const luma = new Float32Array(tilesAcross * tilesDown);
  const chroma = new Float32Array(tilesAcross * tilesDown);
  const stepX = how.shift.x / 4;
  const stepY = how.shift.y / 4;
  const shifted = Math.abs(how.shift.x) + Math.abs(how.shift.y) > 0.01;
  for (let channel = 0; channel < 3; channel++) {
    const first = a.blurred[channel];
    const second = b.blurred[channel];
    const gain = gains[channel];
    const bias = biases[channel];
    const sums = channel === 0 ? luma : chroma;
    for (let y = 0; y < height; y++) {
      const tileRow = Math.min(tilesDown - 1, y >> 3) * tilesAcross;
      const inside = shifted && y > 0 && y < height - 1;
      for (let column = 0; column < tilesAcross; column++) {
        const start = y * width + column * tileSide;
        const end = column + 1 === tilesAcross ? (y + 1) * width : start + tileSide;
        let sum = sums[tileRow + column];
        for (let at = start; at < end; at++) {
          let residual = second[at] - gain * first[at] - bias;
          if (inside && at > y * width && at < (y + 1) * width - 1) {
            residual -= stepX * (first[at + 1] - first[at - 1] + second[at + 1] - second[at - 1]);
            residual -= stepY * (first[at + width] - first[at - width] + second[at + width] - second[at - width]);
          }
          sum = Math.fround(sum + residual * residual);
        }
        sums[tileRow + column] = sum;
      }
    }
  }
  return judge(a, b, { luma, chroma, how });
}

function judge(a: Prepared, b: Prepared, sums: { luma: Float32Array; chroma: Float32Array; how: TilesHow }): TileReport {
  const { tilesAcross, tilesDown } = a;
  const { sourcePixels, seen, isGrey = false } = sums.how;
  const noise = Math.max(1, sourcePixels) ** -0.7;
  const ratios = new Float32Array(tilesAcross * tilesDown);
  const lively: number[] = [];
  let worst = 0;
  for (let row = 0; row < tilesDown; row++) {
    for (let column = 0; column < tilesAcross; column++) {
      const tile = row * tilesAcross + column;
      if (seen?.[tile] === 0) continue;
      const pixels =
        (column + 1 === tilesAcross ? a.width - column * tileSide : tileSide) *
        (row + 1 === tilesDown ? a.height - row * tileSide : tileSide);
      const around = neighbourhoodActivity(a, b, row, column);
      const lumaAllowance = 1.4 + 1.8 * noise + (0.12 + 0.12 * noise) * around.luma;
      const chromaAllowance = 1.2 + 4.2 * noise + (0.18 + 0.4 * noise) * around.chroma + (0.02 + 0.1 * noise) * around.luma;
      const lumaRatio = Math.sqrt(sums.luma[tile] / pixels) / lumaAllowance;
      const ratio = isGrey ? lumaRatio : Math.max(lumaRatio, Math.sqrt(sums.chroma[tile] / pixels) / chromaAllowance);
      ratios[tile] = ratio;
      if (isLively(a, b, tile)) lively.push(ratio);
      if (ratio > worst) worst = ratio;
    }
  }
  lively.sort((first, second) => first - second);
  const livelyMean = lively.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, lively.length);
  return { worst, livelyMean, livelyHigh: lively[Math.floor(0.9 * lively.length)] ?? 0, ratios };
}

/** Ringing and colour bleeding reach a block further: the liveliest of the 3 x 3 tiles around counts. */
function neighbourhoodActivity(a: Prepared, b: Prepared, row: number, column: number): { luma: number; chroma: number } {
  let luma = 0;
  let chroma = 0;
  for (let y = Math.max(0, row - 1); y <= Math.min(a.tilesDown - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(a.tilesAcross - 1, column + 1); x++) {
      const tile = y * a.tilesAcross + x;
      luma = Math.max(luma, Math.min(a.lumaActivity[tile], b.lumaActivity[tile]));
      chroma = Math.max(chroma, Math.min(a.chromaActivity[tile], b.chromaActivity[tile]));
    }
  }
  return { luma, chroma };
}
