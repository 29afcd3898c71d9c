import { expect, test } from "vitest";

import { hasSeries, oneForEach, sliceCount, slicesOf } from "../../../renderer/state/series.ts";
import { imageColumns } from "../../helpers/image-columns.ts";

// Two series, their slices mixed and against the order of the rows; a file of frames; ordinary pictures.
const columns = imageColumns(
  ["/p"],
  [
    { series: 0, slice: 2 },
    {},
    { series: 1, slice: 1 },
    { series: 0, slice: 0 },
    { frames: 7 },
    { series: 0, slice: 1 },
    { series: 1, slice: 0 },
  ],
);
const all = Int32Array.from(columns.ids.keys());

test("the middle slice of those that pass stands for its series, where it lies among the others", () => {
  expect([...oneForEach(columns, all)]).toEqual([1, 2, 4, 5]);
  expect([...oneForEach(columns, Int32Array.of(0, 1, 3))]).toEqual([0, 1]);
  expect([...oneForEach(columns, Int32Array.of(1, 4))]).toEqual([1, 4]);
});

test("in a ranking the best slice stands for it", () => {
  expect([...oneForEach(columns, all, (index) => -index)]).toEqual([1, 4, 5, 6]);
});

test("the slices of an item are found from any of them, in order, and frames from their file", () => {
  expect(slicesOf(columns, 0)).toEqual({ count: 3, start: 2, ids: [40, 60, 10] });
  expect(slicesOf(columns, 5)).toEqual({ count: 3, start: 1, ids: [40, 60, 10] });
  expect(slicesOf(columns, 4)).toEqual({ count: 7, start: 3, ids: null });
  expect(slicesOf(columns, 1)).toBeNull();
  expect(slicesOf(columns, -1)).toBeNull();
  expect([...all].map((index) => sliceCount(columns, index))).toEqual([3, 1, 2, 3, 7, 3, 2]);
});

test("a collection without series has none", () => {
  expect(hasSeries(columns)).toBe(true);
  expect(hasSeries(imageColumns(["/p"], [{ frames: 3 }, {}]))).toBe(false);
});
