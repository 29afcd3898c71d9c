import { expect, test } from "vitest";

import { fillInput, makeLookup, normaliseRows } from "#engine/runtime/prepare-input.ts";

const input = { name: "image", layout: "NCHW", size: 2, colour: "RGB", batch: null, mean: [10, 20, 30], std: [1, 2, 4] } as const;

test("bytes become (value - mean) / std, planar or interleaved", () => {
  // Two pictures of 2 x 2; the second is the first plus 100.
  const first = [10, 20, 30, 11, 22, 34, 12, 24, 38, 13, 26, 42];
  const pixels = Uint8Array.from([...first, ...first.map((value) => value + 100)]);
  const planar = new Float32Array(24);
  fillInput(pixels, 2, input, makeLookup(input), planar);
  expect([...planar.subarray(0, 12)]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
  expect([...planar.subarray(12)]).toEqual([100, 101, 102, 103, 50, 51, 52, 53, 25, 26, 27, 28]);
  const interleaved = new Float32Array(24);
  fillInput(pixels, 2, { ...input, layout: "NHWC" }, makeLookup(input), interleaved);
  expect([...interleaved.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
  // Blue first: the encoder's channels are 30, 20, 10, and mean and std are theirs.
  for (const layout of ["NCHW", "NHWC"] as const) {
    const turned = { ...input, layout, colour: "BGR" } as const;
    fillInput(pixels, 2, turned, makeLookup(turned), planar);
    const [one, two, three] = layout === "NCHW" ? [0, 4, 8] : [0, 1, 2];
    expect([planar[one], planar[two], planar[three]]).toEqual([20, 0, -5]);
  }
});

test("rows become unit length; a zero or infinite one is named", () => {
  expect([...normaliseRows(Float32Array.from([3, 4, 0, 5]), 2, 2)].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 1]);
  expect(() => normaliseRows(Float32Array.from([1, 0, 0, 0]), 2, 2)).toThrow(/length 0 for picture 1 of the batch/);
  expect(() => normaliseRows(Float32Array.from([Infinity, 0]), 1, 2)).toThrow(/picture 0/);
});
