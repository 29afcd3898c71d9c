import { describe, expect, test } from "vitest";

import { keyedRandom } from "#engine/training/augment/keyed-random.ts";

describe("keyedRandom", () => {
  test("the same key gives the same numbers; another number, another order or another length of the key gives others", () => {
    const first = (...key: number[]): number[] => {
      const random = keyedRandom(...key);
      return Array.from({ length: 4 }, random.uint32);
    };
    expect(first(1, 2, 3)).toEqual(first(1, 2, 3));
    const keys = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [1, 2, 4], [1, 2], [1, 2, 3, 0], [0, 1, 2, 3], [-1, 2, 3], [0], [0, 0]]; // prettier-ignore
    const starts = keys.flatMap((key) => first(...key));
    expect(new Set(starts).size).toBe(starts.length);
  });

  test("pinned: a killed run that goes on with a later version sees the same views", () => {
    const random = keyedRandom(7, 100, 31, 1);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([974164794, 3403831107, 2949814206]);
  });

  // Chi-squared with 63 degrees of freedom: 103.4 is passed by one in a thousand.
  const chiSquared = (numbers: readonly number[]): number => {
    const counts = new Array<number>(64).fill(0);
    for (const number of numbers) counts[number] = (counts[number] as number) + 1;
    const expected = numbers.length / 64;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  };
  const draws = 64_000;
  const along: readonly [string, (index: number) => number][] = [
    ["the numbers of one key", ((random) => () => random.uint32())(keyedRandom(1, 2, 3, 4))],
    ["the first numbers of pictures in a row", (index) => keyedRandom(1, 0, index, 0).uint32()],
    ["of steps in a row", (index) => keyedRandom(1, index, 5, 0).uint32()],
    ["of seeds in a row", (index) => keyedRandom(index, 0, 5, 0).uint32()],
    ["of two views of pictures in a row, one against the other", (index) => keyedRandom(1, 0, index, 0).uint32() ^ keyedRandom(1, 0, index, 1).uint32()],
    ["of the first number against the second", (index) => ((random) => random.uint32() ^ random.uint32())(keyedRandom(1, 0, index, 0))],
  ]; // prettier-ignore
  test.each(along)("%s are uniform in their high, middle and low bits", (_name, next) => {
    const numbers = Array.from({ length: draws }, (_, index) => next(index));
    for (const shift of [26, 13, 0]) expect(chiSquared(numbers.map((number) => (number >>> shift) & 63))).toBeLessThan(103.4);
  });

  test("one bit of the key turns half of the bits", () => {
    let turned = 0;
    for (let place = 0; place < 4; place++)
      for (let bit = 0; bit < 32; bit++) {
        const key = [9, 8, 7, 6];
        const other = key.with(place, (key[place] as number) ^ (1 << bit));
        let difference = keyedRandom(...key).uint32() ^ keyedRandom(...other).uint32();
        for (; difference !== 0; difference &= difference - 1) turned++;
      }
    // 128 x 32 bits: half of them is 2048, four standard deviations are 128.
    expect(Math.abs(turned - 2048)).toBeLessThan(128);
  });

  test("unit, below and normal keep their ranges and moments", () => {
    const random = keyedRandom(3);
    const units = Array.from({ length: 10_000 }, random.unit);
    expect(units.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(Array.from({ length: 200 }, () => random.below(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
    const normals = Array.from({ length: 10_000 }, random.normal);
    const mean = normals.reduce((sum, value) => sum + value, 0) / 10_000;
    const variance = normals.reduce((sum, value) => sum + value * value, 0) / 10_000;
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  });
});
