/**
 * @file areaMeans in TypeScript: an RGB picture scaled so that each pixel is the mean of what it covers, as colours or as brightness and two differences of colour (JPEG's YCbCr, BT.601 full range, differences
 * around 0). Rows into each other first, then columns; sums are 32-bit floats, added in the order of the pixels.
 */
import { ArgumentCheck } from "../kernel-error.ts";

export interface AreaMeansArguments {
  /** [sourceHeight, sourceWidth, 3] row-major. */
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly targetWidth: number;
  readonly targetHeight: number;
  /** 0: red, green and blue of each pixel. 1: brightness of all pixels, then their differences to blue and to red. */
  readonly planes: 0 | 1;
  /** [targetHeight, targetWidth, 3], or [3, targetHeight, targetWidth] of planes; filled. */
  readonly target: Float32Array;
}

/** What the differences to brightness are scaled by. */
export const chromaScales = { blue: 0.564, red: 0.713 };

/** Shares of brightness. */
export const lumaShares = { red: 0.299, green: 0.587, blue: 0.114 };

export function lumaOf(red: number, green: number, blue: number): number {
  return lumaShares.red * red + lumaShares.green * green + lumaShares.blue * blue;
}

const longestSide = 1 << 14;
const round = Math.fround;

export function areaMeans(given: AreaMeansArguments): void {
  const check = new ArgumentCheck("areaMeans", given);
  const sourceWidth = check.integer("sourceWidth", 1, longestSide);
  const sourceHeight = check.integer("sourceHeight", 1, longestSide);
  const targetWidth = check.integer("targetWidth", 1, longestSide);
  const targetHeight = check.integer("targetHeight", 1, longestSide);
  const isPlanes = check.oneOf("planes", [0, 1]) === 1;
  const source = check.array("source", "Uint8Array", sourceWidth * sourceHeight * 3);
  const target = check.array("target", "Float32Array", targetWidth * targetHeight * 3);
  const [columns, rows] = [coverage(sourceWidth, targetWidth), coverage(sourceHeight, targetHeight)];
  const gathered = new Float32Array(3 * sourceWidth);
  const line = new Float32Array(3 * targetWidth);
  for (let y = 0; y < targetHeight; y++) {
    gatherRows(source, rows, y, gathered);
    gatherColumns(gathered, columns, line);
    if (isPlanes) storePlanes(line, target, y * targetWidth, targetWidth * targetHeight);
    else target.set(line, 3 * y * targetWidth);
  }
}

function gatherRows(source: Uint8Array, { starts, offsets, weights }: Coverage, y: number, gathered: Float32Array): void {
  gathered.fill(0);
  let from = (starts[y] as number) * gathered.length;
  for (let tap = offsets[y] as number; tap < (offsets[y + 1] as number); tap++, from += gathered.length) {
    const weight = weights[tap] as number;
    for (let at = 0; at < gathered.length; at++)
      gathered[at] = round((gathered[at] as number) + round(weight * (source[from + at] as number)));
  }
}

function gatherColumns(gathered: Float32Array, { starts, offsets, weights }: Coverage, line: Float32Array): void {
  for (let x = 0; 3 * x < line.length; x++) {
    let [red, green, blue] = [0, 0, 0];
    let at = 3 * (starts[x] as number);
    for (let tap = offsets[x] as number; tap < (offsets[x + 1] as number); tap++, at += 3) {
      const weight = weights[tap] as number;
      red = round(red + round(weight * (gathered[at] as number)));
      green = round(green + round(weight * (gathered[at + 1] as number)));
      blue = round(blue + round(weight * (gathered[at + 2] as number)));
    }
    line[3 * x] = red;
    line[3 * x + 1] = green;
    line[3 * x + 2] = blue;
  }
}

function storePlanes(line: Float32Array, target: Float32Array, start: number, plane: number): void {
  for (let x = 0; 3 * x < line.length; x++) {
    const luma = lumaOf(line[3 * x] as number, line[3 * x + 1] as number, line[3 * x + 2] as number);
    target[start + x] = luma;
    target[plane + start + x] = ((line[3 * x + 2] as number) - luma) * chromaScales.blue;
    target[2 * plane + start + x] = ((line[3 * x] as number) - luma) * chromaScales.red;
  }
}

/** The weights of the inputs under each output, one run per output. */
interface Coverage {
  readonly starts: Int32Array;
  /** [outputs + 1] */
  readonly offsets: Int32Array;
  readonly weights: Float32Array;
}

/** Pixels. Shares below it are rounding. */
const nothing = 1e-9;

function coverage(from: number, to: number): Coverage {
  const starts = new Int32Array(to);
  const offsets = new Int32Array(to + 1);
  const weights: number[] = [];
  const scale = from / to;
  for (let index = 0; index < to; index++) {
    const low = index * scale;
    const high = Math.min(from, low + scale);
    const start = Math.floor(low + nothing);
    starts[index] = start;
    for (let input = start; input < high - nothing; input++) weights.push((Math.min(high, input + 1) - Math.max(low, input)) / scale);
    offsets[index + 1] = weights.length;
  }
  return { starts, offsets, weights: Float32Array.from(weights) };
}
