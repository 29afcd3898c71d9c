/**
 * @file findCorners and layCorners: every implementation gives the twin's bytes; corners follow the picture, and one picture is found in another where it was put.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins, type Kernels, type KernelTable } from "#native/kernels.ts";

import { variants } from "./variants.ts";

const pattern = Int32Array.from(
  { length: 1024 },
  (
    (random) => () =>
      random.below(29) - 14
  )(createRandom(7)),
);
const budget = Int32Array.of(60, 40, 25, 15);

describe.each(variants)("$name", ({ kernels }) => {
  test.each([
    [1, 1],
    [5, 5],
    [39, 60],
    [40, 40],
    [90, 41],
    [256, 192],
    [131, 257],
  ])("corners of %i x %i: the twin's", (width, height) => {
    for (const luma of [noise(width, height), waves(width, height, 0), new Float32Array(width * height).fill(Number.NaN)])
      expect(cornersOf(kernels, luma, width)).toEqual(cornersOf(twins, luma, width));
  });

  test("strong ones are found, spread over the picture, and none in a flat one", () => {
    const found = cornersOf(kernels, waves(256, 192, 0), 256);
    expect(found.count).toBe(140);
    for (const [fromX, fromY] of [
      [0, 0],
      [128, 0],
      [0, 96],
      [128, 96],
    ] as const)
      // prettier-ignore
      expect([...found.x].filter((x, at) => x > fromX && x < fromX + 128 && found.y[at]! > fromY && found.y[at]! < fromY + 96).length).toBeGreaterThan(10);
    expect(cornersOf(kernels, new Float32Array(256 * 192).fill(90), 256).count).toBe(0);
  });

  test("pictures lie where they were put, and a stranger nowhere; the twin's numbers, with any number of threads", () => {
    const pictures = [waves(256, 192, 0), moved(0.06, 0.9, 14, 9), moved(-0.1, 1.1, -8, 3), noise(256, 192)];
    const found = pictures.map((luma) => cornersOf(kernels, luma, 256));
    const given = joined(
      found,
      Array.from({ length: 40 }, (_, at) => [0, 1, 0, 2, 0, 3, 1, 2][at % 8] as number),
    );
    const laid = layWith(kernels, given, 1);
    expect(laid).toEqual(layWith(twins, given, 1));
    expect(laid).toEqual(layWith(kernels, given, 3));
    const [cosine, sine, right, down, places] = laid;
    // moved(): what lies at p of the new picture lay at turn(p) + shift of the old one.
    expect(Math.hypot(cosine! - 0.9 * Math.cos(0.06), sine! - 0.9 * Math.sin(0.06))).toBeLessThan(0.01);
    expect(Math.hypot(right! - 14, down! - 9)).toBeLessThan(1.5);
    expect(places).toBeGreaterThan(20);
    expect([...laid.subarray(10, 15)]).toEqual([0, 0, 0, 0, 0]);
  });
});

interface Found {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly bits: Int32Array;
}

function argumentsOf(luma: Float32Array, width: number): Parameters<KernelTable["findCorners"]>[0] {
  const most = budget.reduce((sum, value) => sum + value, 0);
  const found = { x: new Float32Array(most), y: new Float32Array(most), bits: new Int32Array(8 * most) };
  return { luma, width, height: luma.length / width, pattern, budget, leastStrength: 0.7, ...found };
}

function cornersOf(kernels: KernelTable | Kernels, luma: Float32Array, width: number): Found {
  const given = argumentsOf(luma, width);
  const count = kernels.findCorners(given);
  return { count, x: given.x.slice(0, count), y: given.y.slice(0, count), bits: given.bits.slice(0, 8 * count) };
}

function joined(found: readonly Found[], pairs: readonly number[]): Omit<Parameters<KernelTable["layCorners"]>[0], "found" | "threads"> {
  const starts = new Int32Array(found.length + 1);
  found.forEach(({ count }, at) => (starts[at + 1] = starts[at]! + count));
  return {
    starts,
    x: Float32Array.from(found.flatMap(({ x }) => [...x])),
    y: Float32Array.from(found.flatMap(({ y }) => [...y])),
    bits: Int32Array.from(found.flatMap(({ bits }) => [...bits])),
    pairs: Int32Array.from(pairs),
  };
}

function layWith(kernels: KernelTable | Kernels, given: ReturnType<typeof joined>, threads: number): Float64Array {
  const found = new Float64Array((given.pairs.length / 2) * 5);
  kernels.layCorners({ ...given, found, threads });
  return found;
}

function noise(width: number, height: number): Float32Array {
  const random = createRandom(width * 1000 + height);
  return Float32Array.from({ length: width * height }, () => random.unit() * 300 - 20);
}

/** A picture without end, of blobs at places that hang on nothing but themselves. */
function brightness(x: number, y: number): number {
  let sum = 120;
  for (let down = Math.floor(y / 13) - 1; down <= Math.floor(y / 13) + 1; down++)
    for (let across = Math.floor(x / 13) - 1; across <= Math.floor(x / 13) + 1; across++) {
      const random = createRandom(Math.abs(across * 7919 + down * 104729 + 1000003));
      const [u, v, size, light] = [
        13 * (across + random.unit()),
        13 * (down + random.unit()),
        2 + 4 * random.unit(),
        160 * random.unit() - 80,
      ];
      sum += Math.abs(x - u) + Math.abs(y - v) < 2 * size ? light : 0;
    }
  return Math.max(0, Math.min(255, sum));
}

function waves(width: number, height: number, from: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, at) =>
    brightness((at % width) + 0.5 + from, Math.floor(at / width) + 0.5 + from),
  );
}

function moved(turn: number, scale: number, right: number, down: number): Float32Array {
  const [cosine, sine] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  return Float32Array.from({ length: 256 * 192 }, (_, at) => {
    const [x, y] = [(at % 256) + 0.5, Math.floor(at / 256) + 0.5];
    return brightness(cosine * x - sine * y + right, sine * x + cosine * y + down);
  });
}
