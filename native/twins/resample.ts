/**
 * @file resample in TypeScript: antialiased separable bicubic (a = -0.5) on bytes, with the arithmetic of Pillow's Image.resize (libImaging/Resample.c):
 * the support grows with the shrink factor, weights are 22-bit fixed point, the picture is scaled across, rounded to bytes, then down. An encoder sees
 * what it would see in the usual Python pipelines, to the last bit.
 */
import { ArgumentCheck, maxSide } from "../kernel-error.ts";

export interface ResampleArguments {
  /** [sourceHeight, sourceWidth, channels] row-major. */
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** [targetHeight, targetWidth, channels] row-major; filled. Must not overlap `source`. */
  readonly target: Uint8Array;
  readonly targetWidth: number;
  readonly targetHeight: number;
  readonly channels: 1 | 3;
}

const precision = 22; // 32 - 8 - 2 bits: a byte times a weight, and two bits for sums beyond one
const half = 1 << (precision - 1);

export function resample(given: ResampleArguments): void {
  const check = new ArgumentCheck("resample", given);
  const sourceWidth = check.integer("sourceWidth", 1, maxSide);
  const sourceHeight = check.integer("sourceHeight", 1, maxSide);
  const targetWidth = check.integer("targetWidth", 1, maxSide);
  const targetHeight = check.integer("targetHeight", 1, maxSide);
  const channels = check.oneOf("channels", [1, 3]);
  const source = check.array("source", "Uint8Array", sourceWidth * sourceHeight * channels);
  const target = check.array("target", "Uint8Array", targetWidth * targetHeight * channels);
  const across = new Uint8Array(targetWidth * sourceHeight * channels);
  if (channels === 3) scaleAcross3(source, sourceWidth, sourceHeight, across, targetWidth);
  else scaleAcross1(source, sourceWidth, sourceHeight, across, targetWidth);
  scaleDown(across, targetWidth * channels, sourceHeight, target, targetHeight);
}

interface Taps {
  /** Per target index: its first source index and how many it reads. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [target, widest] fixed-point weights. */
  readonly weights: Int32Array;
  readonly widest: number;
}

function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function makeTaps(sourceSize: number, targetSize: number): Taps {
  const scale = sourceSize / targetSize;
  const filterScale = Math.max(scale, 1);
  const support = 2 * filterScale;
  const inverse = 1 / filterScale;
  const widest = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(targetSize);
  const counts = new Int32Array(targetSize);
  const weights = new Int32Array(targetSize * widest);
  const exact = new Float64Array(widest);
  for (let index = 0; index < targetSize; index++) {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(sourceSize, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = cubic((tap + start - centre + 0.5) * inverse);
      exact[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) {
      const weight = sum === 0 ? (exact[tap] as number) : (exact[tap] as number) / sum;
      weights[index * widest + tap] = Math.trunc(weight < 0 ? -0.5 + weight * (1 << precision) : 0.5 + weight * (1 << precision));
    }
    starts[index] = start;
    counts[index] = count;
  }
  return { starts, counts, weights, widest };
}

function toByte(sum: number): number {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function scaleAcross3(source: Uint8Array, width: number, height: number, target: Uint8Array, targetWidth: number): void {
  const { starts, counts, weights, widest } = makeTaps(width, targetWidth);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < targetWidth; column++, to += 3) {
      let red = half;
      let green = half;
      let blue = half;
      let at = (row * width + (starts[column] as number)) * 3;
      for (let tap = column * widest, end = tap + (counts[column] as number); tap < end; tap++, at += 3) {
        const weight = weights[tap] as number;
        red += (source[at] as number) * weight;
        green += (source[at + 1] as number) * weight;
        blue += (source[at + 2] as number) * weight;
      }
      target[to] = toByte(red);
      target[to + 1] = toByte(green);
      target[to + 2] = toByte(blue);
    }
  }
}

function scaleAcross1(source: Uint8Array, width: number, height: number, target: Uint8Array, targetWidth: number): void {
  const { starts, counts, weights, widest } = makeTaps(width, targetWidth);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < targetWidth; column++, to++) {
      let sum = half;
      let at = row * width + (starts[column] as number);
      for (let tap = column * widest, end = tap + (counts[column] as number); tap < end; tap++, at++)
        sum += (source[at] as number) * (weights[tap] as number);
      target[to] = toByte(sum);
    }
  }
}

function scaleDown(source: Uint8Array, stride: number, height: number, target: Uint8Array, targetHeight: number): void {
  const { starts, counts, weights, widest } = makeTaps(height, targetHeight);
  const sums = new Int32Array(stride);
  for (let row = 0, to = 0; row < targetHeight; row++) {
    sums.fill(half);
    let at = (starts[row] as number) * stride;
    for (let tap = row * widest, end = tap + (counts[row] as number); tap < end; tap++) {
      const weight = weights[tap] as number;
      for (let column = 0; column < stride; column++, at++) sums[column] = (sums[column] as number) + (source[at] as number) * weight;
    }
    for (let column = 0; column < stride; column++, to++) target[to] = toByte(sums[column] as number);
  }
}
