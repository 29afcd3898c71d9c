/**
 * @file Antialiased bicubic scaling of RGB bytes with the arithmetic of Pillow's Image.resize (Catmull-Rom-like cubic, a = -0.5, support widened
 * by the shrink factor, 22-bit fixed point, across first, then down, rounded in between).
 */
import type { Picture } from "./types.ts";

const precision = 22;
const half = 1 << (precision - 1);

interface Taps {
  /** [size] first source index of each target index, then [size] counts. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** [size, widest] fixed-point weights. */
  readonly weights: Int32Array;
  readonly widest: number;
}

/** @returns [height, width, 3] */
export function bicubic(picture: Picture, width: number, height: number): Uint8Array {
  const across = picture.width === width ? picture.data : scaleRows(picture, width);
  return picture.height === height ? across : scaleColumns(across, width, picture.height, height);
}

function scaleRows(picture: Picture, width: number): Uint8Array {
  const { starts, counts, weights, widest } = tapsFor(picture.width, width);
  const { data } = picture;
  const result = new Uint8Array(width * picture.height * 3);
  for (let row = 0, to = 0; row < picture.height; row++) {
    const line = row * picture.width * 3;
    for (let column = 0; column < width; column++, to += 3) {
      let red = half;
      let green = half;
      let blue = half;
      const count = counts[column] as number;
      for (let tap = 0, at = line + (starts[column] as number) * 3, weight = column * widest; tap < count; tap++, at += 3, weight++) {
        const factor = weights[weight] as number;
        red += (data[at] as number) * factor;
        green += (data[at + 1] as number) * factor;
        blue += (data[at + 2] as number) * factor;
      }
      result[to] = clip(red);
      result[to + 1] = clip(green);
      result[to + 2] = clip(blue);
    }
  }
  return result;
}

function scaleColumns(data: Uint8Array, width: number, sourceHeight: number, height: number): Uint8Array {
  const { starts, counts, weights, widest } = tapsFor(sourceHeight, height);
  const stride = width * 3;
  const result = new Uint8Array(stride * height);
  const sums = new Float64Array(stride);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    const count = counts[row] as number;
    for (let tap = 0; tap < count; tap++) {
      const factor = weights[row * widest + tap] as number;
      const from = ((starts[row] as number) + tap) * stride;
      for (let index = 0; index < stride; index++) sums[index] = (sums[index] as number) + (data[from + index] as number) * factor;
    }
    for (let index = 0, to = row * stride; index < stride; index++, to++) result[to] = clip(sums[index] as number);
  }
  return result;
}

function clip(sum: number): number {
  const value = Math.floor(sum / 4194304);
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

const cache = new Map<number, Taps>();

function tapsFor(from: number, to: number): Taps {
  const key = from * 65536 + to;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size > 64) cache.clear();
  const taps = makeTaps(from, to);
  cache.set(key, taps);
  return taps;
}

function makeTaps(from: number, to: number): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = 2 * filterScale;
  const widest = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Int32Array(to * widest);
  for (let index = 0; index < to; index++) {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    const raw = Array.from({ length: count }, (_, tap) => cubic((tap + start - centre + 0.5) / filterScale));
    const sum = raw.reduce((total, value) => total + value, 0);
    raw.forEach((value, tap) => {
      const fixed = (value / sum) * 4194304;
      weights[index * widest + tap] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
    starts[index] = start;
    counts[index] = count;
  }
  return { starts, counts, weights, widest };
}

function cubic(position: number): number {
  const x = Math.abs(position);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
