/**
 * @file alignmentSums: every implementation gives the twin's numbers to the last bit, and they are those of normal equations written down plainly: one row of eight unknowns a pixel, all 64 products.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins, type Kernels } from "#native/kernels.ts";
import { alignmentSumCount, type AlignmentSumsArguments } from "#native/twins/alignment-sums.ts";

import { variants } from "./variants.ts";

type Given = Omit<AlignmentSumsArguments, "sums">;

/** Turned, made larger and moved. */
const turn = (radians: number, scale: number, right: number, down: number): Float64Array =>
  Float64Array.of(scale * Math.cos(radians), -scale * Math.sin(radians), right, scale * Math.sin(radians), scale * Math.cos(radians), down);

const cases: [string, Given][] = [
  ["one on the other", given(40, 30, 40, 30, Float64Array.of(1, 0, 0, 0, 1, 0), 1)],
  ["a tilt and a smaller one", given(67, 53, 31, 29, turn(0.1, 1.7, 3.3, -1.2), 1)],
  ["every third pixel", given(120, 81, 101, 77, turn(-0.02, 1.1, 2, 1), 3)],
  ["beside each other", given(20, 20, 20, 20, Float64Array.of(1, 0, 100, 0, 1, 0), 1)],
  ["turned over", given(33, 33, 33, 33, Float64Array.of(-1, 0, 33, 0, -1, 33), 1)],
  ["too small to look between", given(2, 2, 9, 9, Float64Array.of(0.2, 0, 0, 0, 0.2, 0), 1)],
  ["a map without end", given(20, 20, 20, 20, Float64Array.of(1e308, 1e308, -1e308, Number.NaN, 1, 0), 1)],
];

describe.each(variants)("$name", ({ kernels }) => {
  test.each(cases)("%s: the twin's sums", (_, one) => {
    expect(sumsOf(kernels, one)).toEqual(sumsOf(twins, one));
  });

  test.each(cases.slice(0, 3))("%s: those of the equations written plainly", (_, one) => {
    const plain = plainEquations(one);
    const sums = sumsOf(kernels, one);
    expect(sums[0]).toBe(plain.pixels);
    expect(plain.pixels).toBeGreaterThan(300);
    for (const [at, { value: expected, size }] of [...plain.lower, ...plain.right].entries()) {
      const seen = sums[order[at] as number] as number;
      expect(Math.abs(seen - expected)).toBeLessThan(1e-10 * size);
    }
  });

  test("what is black, white or outside counts nothing", () => {
    const one = given(40, 30, 40, 30, Float64Array.of(1, 0, 0, 0, 1, 0), 1);
    one.second.fill(255);
    expect(sumsOf(kernels, one)).toEqual(Array.from({ length: alignmentSumCount }, () => 0));
    for (let at = 0; at < one.slopes.length; at += 4) one.slopes[at] = 3;
    one.second.fill(100);
    expect(sumsOf(kernels, one)[0]).toBe(0);
  });
});

/** Where in the sums each of the lower triangle's 36 numbers lies, row by row, then the right side's 8. */
const order = [
  ...[10],
  ...[11, 12],
  ...[13, 14, 15],
  ...[16, 17, 19, 22],
  ...[17, 18, 20, 23, 24],
  ...[19, 20, 21, 25, 26, 27],
  ...[34, 35, 36, 37, 38, 39, 4],
  ...[28, 29, 30, 31, 32, 33, 2, 1],
  ...[40, 41, 42, 43, 44, 45, 8, 9],
];

function given(width: number, height: number, secondWidth: number, secondHeight: number, affine: Float64Array, stride: number): Given {
  const random = createRandom(width * 1000 + secondWidth);
  const slopes = Float32Array.from({ length: 4 * width * height }, (_, at) => (at % 4 === 0 ? 255 * random.unit() : 20 * random.normal()));
  const second = Float32Array.from({ length: secondWidth * secondHeight }, () => 255 * random.unit());
  return { slopes, width, height, second, secondWidth, secondHeight, affine, gain: 1.1, bias: -4, spread: 17, stride };
}

function sumsOf({ alignmentSums }: Pick<Kernels, "alignmentSums">, one: Given): number[] {
  const sums = new Float64Array(alignmentSumCount).fill(Number.NaN);
  alignmentSums({ ...one, sums });
  return [...sums];
}

function plainEquations({ slopes, width, height, second, secondWidth, secondHeight, affine, gain, bias, spread, stride }: Given): {
  pixels: number;
  lower: { value: number; size: number }[];
  right: { value: number; size: number }[];
} {
  const matrix = Array.from({ length: 8 }, () => new Float64Array(8));
  const right = new Float64Array(8);
  let pixels = 0;
  const lookAt = (lane: number, x: number, y: number): number => {
    let sum = 0;
    for (const [column, row] of [0, 1, 2, 3].map((corner) => [Math.floor(x) + (corner & 1), Math.floor(y) + (corner >> 1)] as const))
      sum += (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * (slopes[4 * (row * width + column) + lane] as number);
    return sum;
  };
  for (let y = stride; y < secondHeight - stride; y += stride) {
    for (let x = stride; x < secondWidth - stride; x += stride) {
      const [a, b, c, d, e, f] = [...affine] as [number, number, number, number, number, number];
      const [u, v] = [a * (x + 0.5) + b * (y + 0.5) + c, d * (x + 0.5) + e * (y + 0.5) + f];
      const wanted = second[y * secondWidth + x] as number;
      if (u < 1.5 || v < 1.5 || u > width - 1.5 || v > height - 1.5 || wanted < 5 || wanted > 250) continue;
      const value = lookAt(0, u - 0.5, v - 0.5);
      if (value < 5 || value > 250) continue;
      const residual = wanted - gain * value - bias;
      const weight = 1 / (1 + (residual / spread) ** 2);
      const [gx, gy] = [gain * lookAt(1, u - 0.5, v - 0.5), gain * lookAt(2, u - 0.5, v - 0.5)];
      const unknowns = [gx * (x + 0.5), gx * (y + 0.5), gx, gy * (x + 0.5), gy * (y + 0.5), gy, value, 1];
      for (const [row, one] of unknowns.entries()) {
        for (const [column, other] of unknowns.entries())
          (matrix[row] as Float64Array)[column] = (matrix[row]?.[column] ?? 0) + weight * one * other;
        right[row] = (right[row] as number) + weight * one * residual;
      }
      pixels++;
    }
  }
  // Sums of numbers of both signs may be off in proportion to what Cauchy and Schwarz allow them.
  const lengthOf = (row: number): number => Math.sqrt(matrix[row]?.[row] ?? 0);
  const lower = matrix.flatMap((values, row) =>
    Array.from(values.subarray(0, row + 1), (value, column) => ({ value, size: lengthOf(row) * lengthOf(column) })),
  );
  return { pixels, lower, right: Array.from(right, (value, row) => ({ value, size: 255 * lengthOf(row) * lengthOf(7) })) };
}
