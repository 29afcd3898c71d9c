/**
 * @file areaMeans, smoothPlane, tileResiduals, shiftSums and warpPicture: every implementation gives the twin's bits, and they are what the plain formula gives, written down pixel by pixel.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins, type KernelTable } from "#native/kernels.ts";
import { tileCountOf } from "#native/twins/plane-tiles.ts";

import { variants } from "./variants.ts";

const sizes = [
  [1, 1],
  [2, 1],
  [1, 9],
  [7, 5],
  [8, 8],
  [15, 17],
  [16, 24],
  [33, 9],
  [130, 67],
] as const;

const scalings = [
  [9, 7, 9, 7],
  [9, 7, 4, 3],
  [640, 10, 16, 1],
  [1, 1, 1, 1],
  [13, 2, 5, 2],
  [100, 75, 33, 50],
  [150, 101, 128, 90],
  [5, 4, 7, 9],
] as const;

describe.each(variants)("$name", ({ kernels }) => {
  test.each(scalings)("areaMeans from %i x %i to %i x %i", (sourceWidth, sourceHeight, targetWidth, targetHeight) => {
    const source = bytes(sourceWidth * sourceHeight * 3, 1);
    const means = (of: KernelTable, planes: 0 | 1): Float32Array => {
      const target = new Float32Array(3 * targetWidth * targetHeight).fill(-1);
      of.areaMeans({ source, sourceWidth, sourceHeight, targetWidth, targetHeight, planes, target });
      return target;
    };
    const [colours, planes] = [means(kernels, 0), means(kernels, 1)];
    expect(colours).toEqual(means(twins, 0));
    expect(planes).toEqual(means(twins, 1));
    const count = targetWidth * targetHeight;
    for (let at = 0; at < count; at++) {
      const [red, green, blue] = [0, 1, 2].map((channel) =>
        coveredMean({ source, sourceWidth, sourceHeight, targetWidth, targetHeight, at, channel }),
      ) as [number, number, number];
      expectNear([...colours.subarray(3 * at, 3 * at + 3)], [red, green, blue], 1e-3);
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      expectNear([planes[at]!, planes[count + at]!, planes[2 * count + at]!], [luma, 0.564 * (blue - luma), 0.713 * (red - luma)], 1e-3);
    }
  });

  test.each(sizes)("smoothPlane of %i x %i", (width, height) => {
    const plane = values(width * height, 2);
    const tiles = tileCountOf(width) * tileCountOf(height);
    const smoothed = (of: KernelTable): [Float32Array, Float64Array, Float64Array] => {
      const [blurred, energies, moments] = [
        new Float32Array(width * height),
        new Float64Array(tiles).fill(5),
        new Float64Array(2).fill(-1),
      ];
      of.smoothPlane({ plane, width, height, blurred, energies, moments });
      return [blurred, energies, moments];
    };
    const [blurred, energies, moments] = smoothed(kernels);
    expect([blurred, energies, moments]).toEqual(smoothed(twins));
    const within = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
    const expected = pixels(width, height).map(
      ({ x, y }) =>
      [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((across) => ((2 - Math.abs(down)) * (2 - Math.abs(across)) * plane[within(y + down, height) * width + within(x + across, width)]!) / 16)).reduce((sum, value) => sum + value, 0), // prettier-ignore
    );
    expectNear([...blurred], expected, 1e-3);
    const wanted = new Float64Array(tiles).fill(5);
    for (const { x, y, at, tile } of pixels(width, height)) {
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) continue;
      wanted[tile]! += (blurred[at + 1]! - blurred[at - 1]!) ** 2 + (blurred[at + width]! - blurred[at - width]!) ** 2;
    }
    expectNear([...energies], [...wanted], 1e-3);
    expectNear([...moments], [[...blurred].reduce((sum, value) => sum + value, 0), [...blurred].reduce((sum, value) => sum + value * value, 0)], 1e-6); // prettier-ignore
  });

  test.each(sizes)("tileResiduals of %i x %i, lying still and moved", (width, height) => {
    const [first, second] = [values(width * height, 3), values(width * height, 4)];
    for (const [gain, bias, stepX, stepY] of [
      [1, 0, 0, 0],
      [1.2, -7, 0, 0],
      [0.9, 3, 0.11, -0.07],
      [1, 0, 0, 0.2],
    ] as const) {
      const residuals = (of: KernelTable): Float64Array => {
        const sums = new Float64Array(tileCountOf(width) * tileCountOf(height)).fill(2);
        of.tileResiduals({ first, second, width, height, gain, bias, stepX, stepY, sums });
        return sums;
      };
      const found = residuals(kernels);
      expect(found).toEqual(residuals(twins));
      const wanted = new Float64Array(found.length).fill(2);
      for (const { x, y, at, tile } of pixels(width, height)) {
        const isRim = x === 0 || y === 0 || x === width - 1 || y === height - 1;
        const move = isRim ? 0 : stepX * slope(first, second, at, 1) + stepY * slope(first, second, at, width);
        wanted[tile]! += (second[at]! - gain * first[at]! - bias - move) ** 2;
      }
      expectNear([...found], [...wanted], 1e-4);
    }
  });

  test.each(sizes)("shiftSums of %i x %i", (width, height) => {
    const [first, second] = [values(width * height, 5), values(width * height, 6)];
    const shifted = (of: KernelTable): Float64Array => {
      const sums = new Float64Array(5).fill(-1);
      of.shiftSums({ first, second, width, height, sums });
      return sums;
    };
    const found = shifted(kernels);
    expect(found).toEqual(shifted(twins));
    const wanted = new Float64Array(5);
    for (const { x, y, at } of pixels(width, height)) {
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) continue;
      const [across, down, change] = [slope(first, second, at, 1), slope(first, second, at, width), second[at]! - first[at]!];
      [across * across, across * down, down * down, across * change, down * change].forEach((value, sum) => (wanted[sum]! += value));
    }
    expectNear([...found], [...wanted], 1e-5, Math.max(1, ...wanted.map(Math.abs)));
  });

  test.each([
    [30, 20, [1, 0, 0, 0, 1, 0], 1],
    [30, 20, [1, 0, 0, 0, 1, 0], 2],
    [30, 20, [0.9, 0.2, 3, -0.2, 0.9, 5], 1],
    [64, 50, [2.1, 0, -4.5, 0, 2.1, 1.5], 2],
    [64, 50, [0, 1.5, 0, -1.5, 0, 50], 3],
    [2, 2, [0.1, 0, 0.9, 0, 0.1, 0.9], 8],
    [1, 40, [1, 0, 0, 0, 1, 0], 1],
    [20, 20, [1e300, 0, 0, 0, 1, 0], 1],
    [20, 20, [Number.NaN, 0, 0, 0, 1, 0], 1],
  ] as const)("warpPicture of %i x %i by %j, %i samples a side", (sourceWidth, sourceHeight, map, samples) => {
    const [width, height] = [24, 18];
    const source = bytes(sourceWidth * sourceHeight * 3, 7);
    const affine = Float64Array.from(map);
    const warped = (of: KernelTable): { planes: Float32Array; reached: Uint8Array; count: number } => {
      const [planes, reached] = [new Float32Array(3 * width * height).fill(9), new Uint8Array(width * height).fill(7)];
      return {
        planes,
        reached,
        count: of.warpPicture({ source, sourceWidth, sourceHeight, affine, samples, width, height, planes, reached }),
      };
    };
    const found = warped(kernels);
    expect(found).toEqual(warped(twins));
    let count = 0;
    for (const { x, y, at } of pixels(width, height)) {
      const grid = Array.from({ length: samples * samples }, (_, sample) => [(sample % samples) + 0.5, Math.floor(sample / samples) + 0.5] as const); // prettier-ignore
      const colours = grid.map(([across, down]) => {
        const [u, v] = [x + across / samples, y + down / samples];
        return linear({ source, sourceWidth, sourceHeight }, affine[0]! * u + affine[1]! * v + affine[2]!, affine[3]! * u + affine[4]! * v + affine[5]!); // prettier-ignore
      });
      const isReached = colours.every((colour) => colour !== null);
      expect(found.reached[at]).toBe(isReached ? 1 : 0);
      if (!isReached) {
        expect(found.planes[at]).toBe(9);
        continue;
      }
      count++;
      const [red, green, blue] = [0, 1, 2].map((channel) => colours.reduce((sum, colour) => sum + colour![channel]!, 0) / colours.length) as [number, number, number]; // prettier-ignore
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      const plane = width * height;
      expectNear([found.planes[at]!, found.planes[plane + at]!, found.planes[2 * plane + at]!], [luma, 0.564 * (blue - luma), 0.713 * (red - luma)], 1e-3); // prettier-ignore
    }
    expect(found.count).toBe(count);
  });
});

interface Scaling {
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  readonly targetWidth: number;
  readonly targetHeight: number;
  readonly at: number;
  readonly channel: number;
}

/** Every source pixel weighed by how much of it the target pixel covers. */
function coveredMean({ source, sourceWidth, sourceHeight, targetWidth, targetHeight, at, channel }: Scaling): number {
  const covered = (from: number, to: number, place: number): { readonly index: number; readonly share: number }[] => {
    const scale = from / to;
    const [low, high] = [place * scale, (place + 1) * scale];
    return Array.from({ length: from }, (_, index) => ({ index, share: Math.max(0, Math.min(high, index + 1) - Math.max(low, index)) / scale })).filter(({ share }) => share > 0); // prettier-ignore
  };
  const columns = covered(sourceWidth, targetWidth, at % targetWidth);
  const rows = covered(sourceHeight, targetHeight, Math.floor(at / targetWidth));
  let sum = 0;
  for (const row of rows)
    for (const column of columns) sum += row.share * column.share * source[3 * (row.index * sourceWidth + column.index) + channel]!;
  return sum;
}

/** Between the four pixels whose centres are around; null outside of the outermost centres' pixels. */
function linear(
  { source, sourceWidth, sourceHeight }: Pick<Scaling, "source" | "sourceWidth" | "sourceHeight">,
  x: number,
  y: number,
): number[] | null {
  if (!(x >= 0.5 && x <= sourceWidth - 0.5 && y >= 0.5 && y <= sourceHeight - 0.5) || sourceWidth < 2 || sourceHeight < 2) return null;
  const weight = (place: number, centre: number): number => Math.max(0, 1 - Math.abs(place - centre));
  const sums = [0, 0, 0];
  for (let row = 0; row < sourceHeight; row++)
    for (let column = 0; column < sourceWidth; column++) {
      const share = weight(x, column + 0.5) * weight(y, row + 0.5);
      if (share > 0) for (let channel = 0; channel < 3; channel++) sums[channel]! += share * source[3 * (row * sourceWidth + column) + channel]!; // prettier-ignore
    }
  return sums;
}

function slope(first: Float32Array, second: Float32Array, at: number, step: number): number {
  return first[at + step]! - first[at - step]! + second[at + step]! - second[at - step]!;
}

function pixels(width: number, height: number): { readonly x: number; readonly y: number; readonly at: number; readonly tile: number }[] {
  const [across, down] = [tileCountOf(width), tileCountOf(height)];
  return Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return { x, y, at, tile: Math.min(down - 1, y >> 3) * across + Math.min(across - 1, x >> 3) };
  });
}

function bytes(count: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  return Uint8Array.from({ length: count }, () => random.below(256));
}

/** As brightness lies, with a part below zero as differences of colour have it. */
function values(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => 255 * random.unit() - 40);
}

/** Relative to what is expected or to `scale`, whichever is larger. */
function expectNear(found: readonly number[], wanted: readonly number[], tolerance: number, scale = 1): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, at) => {
    expect(Math.abs(value - wanted[at]!)).toBeLessThanOrEqual(tolerance * Math.max(scale, Math.abs(wanted[at]!)));
  });
}
