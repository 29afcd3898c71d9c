/** @file What a file may ask for: time by its bytes and pixels, memory up to a bound, much of it only alone. */
import { afterEach, expect, test } from "vitest";

import { checkSize } from "#engine/ingest/decode/check-size.ts";
import { baseMs, demandBytes, demandPixels, LargePicture, listenToDemands } from "#engine/ingest/decode/demand.ts";

afterEach(() => listenToDemands(null));

/** What is told of a file of so many bytes that claims so many pixels. */
function told(sizeBytes: number, pixels: number, isAlone = true): number[] {
  const times: number[] = [];
  listenToDemands({ isAlone, onTime: (ms) => times.push(ms) });
  demandBytes(sizeBytes);
  demandPixels(pixels, 8);
  return times;
}

test("a small file asks for nothing, whatever its header claims", () => {
  expect(told(80, 268_000_000)).toEqual([]);
  expect(told(100_000, 1_000_000)).toEqual([]);
});

test("a large picture asks for time by its pixels, a long file by its bytes", () => {
  const [large] = told(2_000_000, 24_000_000);
  expect(large).toBeGreaterThan(baseMs + 60_000); // 24 million pixels at 350 a millisecond
  expect(large).toBeLessThan(baseMs + 70_000);
  expect(told(500_000_000, 1)).toEqual([baseMs + 100_000]); // 500 MB at 5 MB/s
  expect(Math.max(...told(60_000_000, 268_000_000))).toBeLessThanOrEqual(baseMs + 12_000 + 120_000);
});

test("a file of a thousand pictures asks a few times", () => {
  const times: number[] = [];
  listenToDemands({ isAlone: true, onTime: (ms) => times.push(ms) });
  demandBytes(400_000_000);
  for (let count = 0; count < 1000; count++) demandPixels(count * 40_000, 8);
  expect(times.length).toBeLessThan(8);
});

test("much memory is asked for alone, and beyond a bound not at all", () => {
  expect(() => told(1e6, 90_000_000, false)).toThrow(LargePicture);
  expect(() => told(1e6, 90_000_000, true)).not.toThrow();
  expect(() => told(1e6, 80_000_000, false)).not.toThrow();
  listenToDemands(null);
  expect(() => demandPixels(90_000_000, 8)).not.toThrow();
  expect(() => demandPixels(50_000_000, 54)).toThrow("50 million pixels; of this kind at most 46 million are decoded");
});

test.each([
  [0, 10, "corrupt"],
  [-5, 10, "corrupt"],
  [Number.NaN, 10, "corrupt"],
  [40_000, 40_000, "too-large"],
  [131_073, 2, "too-large"],
])("%d x %d is %s", (width, height, code) => {
  expect(() => checkSize(width, height)).toThrow(expect.objectContaining({ code }));
});
