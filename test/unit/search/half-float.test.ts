/**
 * @file float16 tables.
 */
import { expect, test } from "vitest";

import { toFloat32, toHalf } from "#engine/search/half-float.ts";

test.each([
  { value: 0, bits: 0x0000 },
  { value: -0, bits: 0x8000 },
  { value: 1, bits: 0x3c00 },
  { value: -2, bits: 0xc000 },
  { value: 65504, bits: 0x7bff },
  { value: Infinity, bits: 0x7c00 },
  { value: 2 ** -24, bits: 0x0001 },
  { value: 2 ** -14, bits: 0x0400 },
])("$value is $bits both ways", ({ value, bits }) => {
  expect([...toHalf(Float32Array.of(value))]).toEqual([bits]);
  expect(toFloat32(Uint16Array.of(bits))[0]).toBe(value);
});

test.each([
  { value: 1 + 2 ** -11, bits: 0x3c00, why: "half way goes to even, down" },
  { value: 1 + 3 * 2 ** -11, bits: 0x3c02, why: "half way goes to even, up" },
  { value: 65520, bits: 0x7c00, why: "half way beyond the largest" },
  { value: 65519, bits: 0x7bff, why: "just below it" },
  { value: 2 ** -25, bits: 0x0000, why: "half of the smallest" },
  { value: 1.5 * 2 ** -25, bits: 0x0001, why: "more than half of the smallest" },
])("$value is $bits: $why", ({ value, bits }) => {
  expect([...toHalf(Float32Array.of(value))]).toEqual([bits]);
});

test("all 65,536 patterns come back, NaN as NaN; a part of a larger buffer is read from its start", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, index) => index);
  const back = toHalf(toFloat32(all));
  all.forEach((bits, index) => {
    const isNaN = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    if (isNaN ? ((back[index] as number) & 0x7fff) <= 0x7c00 : back[index] !== bits)
      throw new Error(`pattern ${bits} came back as ${back[index]}`);
  });
  expect([...toFloat32(Uint16Array.of(1, 0x3c00, 0xc000).subarray(1))]).toEqual([1, -2]);
  expect([...toHalf(Float32Array.of(5, 1, -2).subarray(1))]).toEqual([0x3c00, 0xc000]);
});
