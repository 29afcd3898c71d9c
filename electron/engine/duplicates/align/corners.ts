/**
 * @file Places of a picture that can be found again after a crop, a tilt or a change of size: corners (Shi and Tomasi 1994) at four sizes, spread over the picture, each with 256 comparisons of
 * brightness around it (BRIEF, Calonder and others 2010). Upright: quarter turns and mirror images are tried by the caller, a tilt of ten degrees is borne.
 */
import { createRandom } from "../../base/random.ts";

/** [height, width] brightness, 0..255. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export interface Corners {
  readonly count: number;
  /** [count] in pixels of the largest plane. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [count, 8] 256 bits. */
  readonly bits: Int32Array;
}

export const wordsPerCorner = 8;
const sizeStep = 1.26;
const mostPerLevel = [130, 85, 50, 35];
const patchRadius = 14;
const margin = patchRadius + 2;
const cells = 6;
/** Least eigenvalue of the mean gradient's products: below it is noise. */
const leastStrength = 0.7;
const pattern = drawPattern();

/** @param soft the plane softened, where that was done already */
export function findCorners(plane: Plane, soft = soften(plane)): Corners {
  const x: number[] = [];
  const y: number[] = [];
  const bits: number[] = [];
  let level = plane;
  for (const [index, most] of mostPerLevel.entries()) {
    if (index > 0) level = smaller(level, sizeStep);
    if (Math.min(level.width, level.height) < 2 * margin + 8) break;
    const smooth = index === 0 ? soft : soften(level);
    const [acrossScale, downScale] = [plane.width / level.width, plane.height / level.height];
    for (const at of strongest(smooth, most)) {
      const [column, row] = [at % level.width, Math.floor(at / level.width)];
      x.push((column + 0.5) * acrossScale);
      y.push((row + 0.5) * downScale);
      describe(smooth, at, pattern, bits);
    }
  }
  return { count: x.length, x: Float32Array.from(x), y: Float32Array.from(y), bits: Int32Array.from(bits) };
}

/** [256, 4] from (x, y) to (x, y): near the middle more often than far out. */
function drawPattern(): Float32Array {
  const random = createRandom(256);
  const offset = (): number => Math.max(-patchRadius + 1, Math.min(patchRadius - 1, random.normal() * (patchRadius / 2.2)));
  return Float32Array.from({ length: 4 * 32 * wordsPerCorner }, offset);
}

function describe({ width, values }: Plane, at: number, offsets: Float32Array, into: number[]): void {
  const reach = patchRadius + 1;
  const within = (value: number): number => Math.max(-reach, Math.min(reach, Math.round(value)));
  for (let word = 0; word < wordsPerCorner; word++) {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) {
      const from = 4 * (32 * word + bit);
      const one = values[at + within(offsets[from + 1]) * width + within(offsets[from])];
      const other = values[at + within(offsets[from + 3]) * width + within(offsets[from + 2])];
      bits = (bits << 1) | (one < other ? 1 : 0);
    }
    into.push(bits);
  }
}

/** Positions of corners, strongest first within each of 6 x 6 fields, so that one lively part does not take all. */
function strongest({ width, height, values }: Plane, most: number): number[] {
  const strength = cornerStrength({ width, height, values });
  const fields: number[][] = Array.from({ length: cells * cells }, () => []);
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      const at = y * width + x;
      const here = strength[at];
      if (here < leastStrength || !isPeak(strength, at, width)) continue;
      fields[Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width)].push(at);
    }
  }
  for (const field of fields) field.sort((one, other) => strength[other] - strength[one]);
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < most; rank++) {
    const row = fields.flatMap((field) => (rank < field.length ? [field[rank]] : []));
    if (row.length === 0) break;
    chosen.push(...row.sort((one, other) => strength[other] - strength[one]).slice(0, most - chosen.length));
  }
  return chosen;
}

function isPeak(strength: Float32Array, at: number, width: number): boolean {
  const here = strength[at];
  for (let dy = -2; dy <= 2; dy++)
    for (let dx = -2; dx <= 2; dx++) {
      const there = strength[at + dy * width + dx];
      if (there > here || (there === here && (dy < 0 || (dy === 0 && dx < 0)))) return false;
    }
  return true;
}

/** Lesser eigenvalue of the gradient's products over 5 x 5 pixels. */
function cornerStrength({ width, height, values }: Plane): Float32Array {
  const xx = new Float32Array(values.length);
  const xy = new Float32Array(values.length);
  const yy = new Float32Array(values.length);
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const gx = (values[at + 1] - values[at - 1]) / 2;
      const gy = (values[at + width] - values[at - width]) / 2;
      xx[at] = gx * gx;
      xy[at] = gx * gy;
      yy[at] = gy * gy;
    }
  }
  const [sumXX, sumXY, sumYY] = [xx, xy, yy].map((plane) => boxMean(plane, width, height));
  const strength = new Float32Array(values.length);
  for (let at = 0; at < strength.length; at++) {
    const half = (sumXX[at] + sumYY[at]) / 2;
    const spread = Math.hypot((sumXX[at] - sumYY[at]) / 2, sumXY[at]);
    strength[at] = half - spread;
  }
  return strength;
}

/** Means over 5 x 5 pixels, 0 at the edge. */
function boxMean(plane: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(plane.length);
  for (let y = 0; y < height; y++)
    for (let x = 2, at = y * width + 2; x < width - 2; x++, at++)
      across[at] = plane[at - 2] + plane[at - 1] + plane[at] + plane[at + 1] + plane[at + 2];
  const both = new Float32Array(plane.length);
  for (let at = 2 * width; at < plane.length - 2 * width; at++)
    both[at] = (across[at - 2 * width] + across[at - width] + across[at] + across[at + width] + across[at + 2 * width]) / 25;
  return both;
}

/** Blurred by (1 4 6 4 1) / 16 both ways: single pixels must not decide a comparison. */
export function soften({ width, height, values }: Plane): Plane {
  const across = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = row + Math.max(0, x - 1);
      const right = row + Math.min(width - 1, x + 1);
      const farLeft = row + Math.max(0, x - 2);
      const farRight = row + Math.min(width - 1, x + 2);
      across[row + x] = (values[farLeft] + values[farRight] + 4 * (values[left] + values[right]) + 6 * values[row + x]) / 16;
    }
  }
  const both = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const rows = [y - 2, y - 1, y, y + 1, y + 2].map((row) => Math.max(0, Math.min(height - 1, row)) * width);
    for (let x = 0; x < width; x++)
      both[y * width + x] =
        (across[rows[0] + x] + across[rows[4] + x] + 4 * (across[rows[1] + x] + across[rows[3] + x]) + 6 * across[rows[2] + x]) / 16;
  }
  return { width, height, values: both };
}

function smaller(plane: Plane, step: number): Plane {
  const width = Math.max(1, Math.round(plane.width / step));
  const height = Math.max(1, Math.round(plane.height / step));
  const values = new Float32Array(width * height);
  const [stepX, stepY] = [plane.width / width, plane.height / height];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) values[y * width + x] = sampleAt(plane, (x + 0.5) * stepX, (y + 0.5) * stepY);
  return { width, height, values };
}

/** Linear between the four pixels around; the edge goes on outside. Pixel centres lie at halves. */
export function sampleAt({ width, height, values }: Plane, x: number, y: number): number {
  const left = Math.max(0, Math.min(width - 1, x - 0.5));
  const top = Math.max(0, Math.min(height - 1, y - 0.5));
  const column = Math.min(width - 2 < 0 ? 0 : width - 2, Math.floor(left));
  const row = Math.min(height - 2 < 0 ? 0 : height - 2, Math.floor(top));
  const right = left - column;
  const down = top - row;
  const at = row * width + column;
  const nextColumn = width > 1 ? 1 : 0;
  const nextRow = height > 1 ? width : 0;
  const above = values[at] + right * (values[at + nextColumn] - values[at]);
  const below = values[at + nextRow] + right * (values[at + nextRow + nextColumn] - values[at + nextRow]);
  return above + down * (below - above);
}
