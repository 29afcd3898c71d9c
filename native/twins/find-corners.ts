/**
 * @file findCorners in TypeScript: places of a picture that can be found again after a crop, a tilt or a change of size. Corners (Shi and Tomasi 1994) at a few sizes, spread over the picture, each
 * with 256 comparisons of softened brightness around it (BRIEF, Calonder and others 2010). Whole numbers nearly throughout, so that both implementations give the same bytes.
 */
import { ArgumentCheck, kernelError } from "../kernel-error.ts";

export interface FindCornersArguments {
  /** [height, width] brightness, 0..255; what is no number counts as 0. */
  readonly luma: Float32Array;
  /** 1 to 4096. */
  readonly width: number;
  readonly height: number;
  /** [256, 4] from (x, y) to (x, y) of each comparison, -14 to 14. */
  readonly pattern: Int32Array;
  /** [1..6] most corners of each size, largest first; each size is 1.26 times smaller than the one before. */
  readonly budget: Int32Array;
  /** Least lesser eigenvalue of the mean products of gradients, in squared grey levels a pixel. */
  readonly leastStrength: number;
  /** [sum of budget or more] in pixels of the picture, centres at halves. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [sum of budget or more, 8] */
  readonly bits: Int32Array;
}

export const cornerWords = 8;
export const cornerPatchRadius = 14;
const margin = cornerPatchRadius + 2;
const cells = 6;
const sizeStep = 1.26;
const maxPlaneSide = 4096;
const maxBudget = 4096;
const maxSizes = 6;

interface Level {
  readonly width: number;
  readonly height: number;
  /** Sixteenths of a grey level. */
  readonly values: Int32Array;
}

/** @returns how many were found: sizes in turn, in each the strongest of each of 6 x 6 fields first */
export function findCorners(given: FindCornersArguments): number {
  const check = new ArgumentCheck("findCorners", given);
  const width = check.integer("width", 1, maxPlaneSide);
  const height = check.integer("height", 1, maxPlaneSide);
  const luma = check.array("luma", "Float32Array", width * height);
  const pattern = check.array("pattern", "Int32Array", 4 * 32 * cornerWords);
  requireWithin("pattern", pattern, [-cornerPatchRadius, cornerPatchRadius]);
  const budget = check.array("budget", "Int32Array");
  if (budget.length < 1 || budget.length > maxSizes)
    throw kernelError("wrong-length", `findCorners: budget has ${budget.length} elements; expected 1 to ${maxSizes}`);
  requireWithin("budget", budget, [0, maxBudget]);
  const most = budget.reduce((sum, value) => sum + value, 0);
  const leastStrength = check.number("leastStrength", 0, 65025);
  const x = check.arrayOfAtLeast("x", "Float32Array", most);
  const y = check.arrayOfAtLeast("y", "Float32Array", most);
  const bits = check.arrayOfAtLeast("bits", "Int32Array", most * cornerWords);
  let level: Level = { width, height, values: Int32Array.from(luma, sixteenths) };
  let found = 0;
  for (let index = 0; index < budget.length; index++) {
    if (index > 0) level = smaller(level);
    if (Math.min(level.width, level.height) < 2 * margin + 8) break;
    const soft = soften(level);
    const [acrossScale, downScale] = [width / level.width, height / level.height];
    for (const at of strongest(level, soft, { most: budget[index] as number, leastStrength })) {
      x[found] = ((at % level.width) + 0.5) * acrossScale;
      y[found] = (Math.floor(at / level.width) + 0.5) * downScale;
      describe(soft, level.width, at, { pattern, bits, word: found * cornerWords });
      found++;
    }
  }
  return found;
}

function requireWithin(name: string, values: Int32Array, [low, high]: readonly [number, number]): void {
  const at = values.findIndex((value) => value < low || value > high);
  if (at >= 0) throw kernelError("out-of-range", `findCorners: ${name}[${at}] is ${values[at]}; expected ${low} to ${high}`);
}

function sixteenths(value: number): number {
  return value > 0 ? (value < 255 ? Math.floor(value * 16 + 0.5) : 4080) : 0;
}

/** Linear between four pixels, weights in 256ths. */
function smaller(from: Level): Level {
  const width = Math.max(1, Math.floor(from.width / sizeStep + 0.5));
  const height = Math.max(1, Math.floor(from.height / sizeStep + 0.5));
  const across = places(from.width, width);
  const down = places(from.height, height);
  const values = new Int32Array(width * height);
  for (let row = 0; row < height; row++) {
    const top = (down[2 * row] as number) * from.width;
    const below = top + (from.height > 1 ? from.width : 0);
    const lower = down[2 * row + 1] as number;
    for (let column = 0; column < width; column++) {
      const left = across[2 * column] as number;
      const next = left + (from.width > 1 ? 1 : 0);
      const right = across[2 * column + 1] as number;
      const upper = (from.values[top + left] as number) * (256 - right) + (from.values[top + next] as number) * right;
      const under = (from.values[below + left] as number) * (256 - right) + (from.values[below + next] as number) * right;
      values[row * width + column] = (upper * (256 - lower) + under * lower + 32768) >> 16;
    }
  }
  return { width, height, values };
}

/** [to, 2] first of the two pixels, weight of the second. */
function places(from: number, to: number): Int32Array {
  const found = new Int32Array(2 * to);
  for (let at = 0; at < to; at++) {
    const place = Math.max(0, Math.min(from - 1, (at + 0.5) * (from / to) - 0.5));
    const first = Math.max(0, Math.min(from - 2, Math.floor(place)));
    found[2 * at] = first;
    found[2 * at + 1] = Math.floor((place - first) * 256 + 0.5);
  }
  return found;
}

/** Blurred by (1 4 6 4 1) / 16 both ways, in 256ths of a grey level; the edge goes on outside. */
function soften({ width, height, values }: Level): Int32Array {
  const across = new Int32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (offset: number): number => values[y * width + Math.max(0, Math.min(width - 1, x + offset))] as number;
      across[y * width + x] = at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * at(0);
    }
  const both = new Int32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (offset: number): number => across[Math.max(0, Math.min(height - 1, y + offset)) * width + x] as number;
      both[y * width + x] = (at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * at(0)) >> 4;
    }
  return both;
}

interface Wish {
  readonly most: number;
  readonly leastStrength: number;
}

/** Positions of corners, strongest first within each field, so that one lively part does not take all. */
function strongest({ width, height }: Level, soft: Int32Array, { most, leastStrength }: Wish): number[] {
  const strength = cornerStrength(soft, width, height);
  // Gradients are in 64ths, summed over 25 pixels.
  const least = leastStrength * 25 * 4096;
  const fields: number[][] = Array.from({ length: cells * cells }, () => []);
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      const at = y * width + x;
      if ((strength[at] as number) < least || !isPeak(strength, at, width)) continue;
      (fields[Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width)] as number[]).push(at);
    }
  }
  const falling = (one: number, other: number): number => (strength[other] as number) - (strength[one] as number);
  for (const field of fields) field.sort(falling);
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < most; rank++) {
    const row = fields.flatMap((field) => (rank < field.length ? [field[rank] as number] : []));
    if (row.length === 0) break;
    chosen.push(...row.sort(falling).slice(0, most - chosen.length));
  }
  return chosen;
}

/** The greatest of 5 x 5; of equal ones the first. */
function isPeak(strength: Float32Array, at: number, width: number): boolean {
  const here = strength[at] as number;
  for (let down = -2; down <= 2; down++)
    for (let across = -2; across <= 2; across++) {
      const there = strength[at + down * width + across] as number;
      if (there > here || (there === here && (down < 0 || (down === 0 && across < 0)))) return false;
    }
  return true;
}

/** Lesser eigenvalue of the sums of products of gradients over 5 x 5 pixels; 0 within two pixels of the edge. */
function cornerStrength(soft: Int32Array, width: number, height: number): Float32Array {
  const [xx, xy, yy] = [new Int32Array(soft.length), new Int32Array(soft.length), new Int32Array(soft.length)];
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const across = ((soft[at + 1] as number) - (soft[at - 1] as number)) >> 3;
      const down = ((soft[at + width] as number) - (soft[at - width] as number)) >> 3;
      xx[at] = across * across;
      xy[at] = across * down;
      yy[at] = down * down;
    }
  }
  const [sumXX, sumXY, sumYY] = [boxSum(xx, width, height), boxSum(xy, width, height), boxSum(yy, width, height)];
  const strength = new Float32Array(soft.length);
  for (let y = 2; y < height - 2; y++)
    for (let at = y * width + 2; at < (y + 1) * width - 2; at++) {
      const [one, both, other] = [sumXX[at] as number, sumXY[at] as number, sumYY[at] as number];
      const half = (one - other) / 2;
      strength[at] = (one + other) / 2 - Math.sqrt(half * half + both * both);
    }
  return strength;
}

/** Sums over 5 x 5 pixels, of places at least two from the edge. */
function boxSum(plane: Int32Array, width: number, height: number): Int32Array {
  const across = new Int32Array(plane.length);
  for (let y = 0; y < height; y++)
    for (let at = y * width + 2; at < (y + 1) * width - 2; at++) {
      let sum = 0;
      for (let offset = -2; offset <= 2; offset++) sum += plane[at + offset] as number;
      across[at] = sum;
    }
  const both = new Int32Array(plane.length);
  for (let at = 2 * width; at < plane.length - 2 * width; at++) {
    let sum = 0;
    for (let offset = -2; offset <= 2; offset++) sum += across[at + offset * width] as number;
    both[at] = sum;
  }
  return both;
}

interface Described {
  readonly pattern: Int32Array;
  readonly bits: Int32Array;
  readonly word: number;
}

function describe(soft: Int32Array, width: number, at: number, { pattern, bits, word }: Described): void {
  for (let index = 0; index < cornerWords; index++) {
    let found = 0;
    for (let bit = 0; bit < 32; bit++) {
      const from = 4 * (32 * index + bit);
      const one = soft[at + (pattern[from + 1] as number) * width + (pattern[from] as number)] as number;
      const other = soft[at + (pattern[from + 3] as number) * width + (pattern[from + 2] as number)] as number;
      found = (found << 1) | (one < other ? 1 : 0);
    }
    bits[word + index] = found;
  }
}
