import { describe, expect, test } from "vitest";

import { BugError, UserError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { fitViewWhitening, type ViewTable } from "#engine/training/whiten/view-whitening.ts";
import { applyWhitening, fitWhitening } from "#engine/training/whiten/whitening.ts";

import { coneTable, rowsOf, unit } from "../tables.ts";

const dimensions = 6;

/** Pictures that differ along axes 1 and 2; views of one differ along axis 2 only, by `jitter`. */
function makeViews(count: number, views: number, jitter: number): ViewTable {
  const random = createRandom(4);
  const values = Array.from({ length: count }, () => {
    const picture = [3, random.normal(), random.normal(), 0, 0, 0].map((value, at) => (at > 2 ? 0.05 * random.normal() : value));
    return Array.from({ length: views }, () => unit(picture.map((value, at) => (at === 2 ? value + jitter * random.normal() : value))));
  });
  return { count, views, dimensions, values: Float32Array.from(values.flat(2)) };
}

/** Length of the matrix's row: how much a direction counts. */
function weight(whitening: { axisCount: number; matrix: Float32Array }, axis: number): number {
  return Math.hypot(...whitening.matrix.subarray(axis * whitening.axisCount, (axis + 1) * whitening.axisCount));
}

describe("fitViewWhitening", () => {
  test("a direction in which views of one picture differ counts for less", () => {
    const whitening = fitViewWhitening(makeViews(200, 4, 1), { seed: 1 });
    expect(weight(whitening, 1)).toBeGreaterThan(2 * weight(whitening, 2));
    const plain = fitWhitening({ ...makeViews(200, 4, 1), count: 800 }, { seed: 1 });
    expect(weight(plain, 1)).toBeLessThan(1.5 * weight(plain, 2));
  });

  test("views that do not differ, or shrinkage 1, leave plain whitening", () => {
    const same = makeViews(80, 3, 0);
    const rows = { ...same, count: 240 };
    const expected = rowsOf(applyWhitening(rows, fitWhitening(rows, { seed: 1 })));
    for (const whitening of [fitViewWhitening(same, { seed: 1 }), fitViewWhitening(makeViews(80, 3, 0), { seed: 1, shrinkage: 1 })])
      rowsOf(applyWhitening(rows, whitening)).forEach((row, at) =>
        row.forEach((value, axis) => expect(Math.abs(value)).toBeCloseTo(Math.abs(expected[at][axis]), 3)),
      );
  });

  test("in the new space the spread within pictures is a sphere, before half-whitening", () => {
    const views = makeViews(300, 4, 0.5);
    const { axisCount, matrix } = fitViewWhitening(views, { seed: 1, exponent: 0, shrinkage: 0 });
    const rows = rowsOf({ ...views, count: 1200 });
    const offsets = rows.map((row, at) => {
      const first = at - (at % 4);
      return row.map(
        (value, column) => value - (rows[first][column] + rows[first + 1][column] + rows[first + 2][column] + rows[first + 3][column]) / 4,
      );
    });
    const projected = offsets.map((row) =>
      Array.from({ length: axisCount }, (_, axis) => row.reduce((sum, value, at) => sum + value * matrix[at * axisCount + axis], 0)),
    );
    const moment = (a: number, b: number): number => projected.reduce((sum, row) => sum + row[a] * row[b], 0);
    for (let a = 0; a < axisCount; a++) for (let b = 0; b <= a; b++) expect(moment(a, b) / moment(0, 0)).toBeCloseTo(a === b ? 1 : 0, 2);
  });

  test("mean and spread are the plain pictures' where given", () => {
    const plain = coneTable(90, dimensions);
    const whitening = fitViewWhitening(makeViews(60, 2, 0.3), { seed: 1, plain });
    const expected = fitWhitening(plain, { seed: 1 }).mean;
    whitening.mean.forEach((value, at) => expect(value).toBeCloseTo(expected[at], 5));
  });

  test("one view is a bug, a bad row an error", () => {
    expect(() => fitViewWhitening(makeViews(5, 1, 1), { seed: 1 })).toThrow(BugError);
    const bad = makeViews(5, 2, 1);
    bad.values[13] = NaN;
    expect(() => fitViewWhitening(bad, { seed: 1 })).toThrow(UserError);
  });
});
