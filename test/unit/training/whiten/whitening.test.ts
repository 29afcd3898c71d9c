import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { BugError, CancellationError, UserError } from "#engine/base/errors.ts";
import { applyWhitening, fitWhitening, joinVectors } from "#engine/training/whiten/whitening.ts";

import { coneTable, rowsOf, tableOf, unit } from "../tables.ts";

/** Mean and covariance of rows. */
function spreadOf(rows: readonly (readonly number[])[]): { mean: number[]; covariance: number[][] } {
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = rows[0].map((_, at) => at);
  const mean = columns.map((at) => average(rows.map((row) => row[at])));
  const covariance = columns.map((a) => columns.map((b) => average(rows.map((row) => (row[a] - mean[a]) * (row[b] - mean[b])))));
  return { mean, covariance };
}

/** (x - mean) matrix, before it is made unit length. */
function project(rows: readonly (readonly number[])[], whitening: ReturnType<typeof fitWhitening>): number[][] {
  const { axisCount, mean, matrix } = whitening;
  return rows.map((row) =>
    Array.from({ length: axisCount }, (_, axis) =>
      row.reduce((sum, value, at) => sum + (value - mean[at]) * matrix[at * axisCount + axis], 0),
    ),
  );
}

describe("fitWhitening", () => {
  test.each([0, 0.25, 0.5, 1])(
    "with exponent %d leaves uncorrelated axes whose spread is the old one to the power of 1 - exponent",
    (exponent) => {
      const table = coneTable(300, 8);
      const whitening = fitWhitening(table, { seed: 1, exponent });
      const old = spreadOf(project(rowsOf(table), fitWhitening(table, { seed: 1, exponent: 0 }))).covariance;
      const { mean, covariance } = spreadOf(project(rowsOf(table), whitening));
      // Lengths are free: the ratio to the first axis is what counts.
      mean.forEach((value) => expect(value).toBeCloseTo(0, 5));
      covariance.forEach((line, a) =>
        line.forEach((value, b) => {
          const expected = a === b ? (Math.sqrt(old[a][a]) / Math.sqrt(old[0][0])) ** (2 - 2 * exponent) : 0;
          expect(value / covariance[0][0]).toBeCloseTo(expected, 4);
        }),
      );
    },
  );

  test("the direction in which all differ counts for less: cosines by hand", () => {
    // Spread 3/5 along the first axis after centring, 4/5 being common; see the products below.
    const table = tableOf([unit([4, 3, 0, 0]), unit([4, -3, 0, 0]), unit([4, 0, 3, 0]), unit([4, 0, -3, 0])]);
    const whitened = rowsOf(applyWhitening(table, fitWhitening(table, { seed: 1 })));
    const cosine = (a: number, b: number): number => whitened[a].reduce((sum, value, at) => sum + value * whitened[b][at], 0);
    expect(cosine(0, 1)).toBeCloseTo(-1, 6);
    expect(cosine(0, 2)).toBeCloseTo(0, 6);
    expect(whitened[0].length).toBe(2);
  });

  test("keeps the widest axes", () => {
    const table = coneTable(100, 12);
    const all = fitWhitening(table, { seed: 1 });
    const some = fitWhitening(table, { seed: 1, maximumAxes: 3, exponent: 0 });
    // Unit vectors on a sphere, but off any hyperplane: 12 axes.
    expect([all.axisCount, some.axisCount]).toEqual([12, 3]);
    const variances = spreadOf(project(rowsOf(table), some)).covariance.map((line, at) => line[at]);
    const total = spreadOf(rowsOf(table)).covariance.reduce((sum, line, at) => sum + line[at], 0);
    expect(variances.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.6 * total);
  });

  test.each([
    [2, 16],
    [7, 16],
    [16, 16],
    [17, 16],
  ])("%i pictures of %i numbers: rank is count - 1 at most, results are unit and finite", (count, dimensions) => {
    const table = coneTable(count, dimensions);
    const whitening = fitWhitening(table, { seed: 1 });
    expect(whitening.axisCount).toBe(Math.min(count - 1, dimensions));
    for (const row of rowsOf(applyWhitening(table, whitening))) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  });

  test("fewer pictures than dimensions and more give the same whitening: both ways through the Gram matrices", () => {
    const table = coneTable(20, 24);
    // The same rows in a space of 19 numbers: cosines of whitened vectors must not depend on the space they are written in.
    const wide = applyWhitening(table, fitWhitening(table, { seed: 1 }));
    const doubled = { ...table, count: 40, values: new Float32Array([...table.values, ...table.values]) };
    const tall = applyWhitening(table, fitWhitening(doubled, { seed: 1 }));
    expect(wide.dimensions).toBe(tall.dimensions);
    const cosines = (rows: number[][]): number[] =>
      rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, at) => sum + value * b[at], 0)));
    const seen = cosines(rowsOf(wide));
    cosines(rowsOf(tall)).forEach((value, at) => expect(seen[at]).toBeCloseTo(value, 4));
  });

  test("columns that never change are left out", () => {
    const table = coneTable(50, 4);
    const padded = tableOf(rowsOf(table).map((row) => [...row, 0, 0]));
    const whitening = fitWhitening(padded, { seed: 1 });
    expect(whitening.axisCount).toBe(4);
    expect(Math.max(...whitening.matrix.subarray(4 * 4).map(Math.abs))).toBeLessThan(1e-6);
  });

  test("float16 embeddings, not quite of unit length, give what exact ones give", () => {
    const table = coneTable(60, 10);
    const halves = { ...table, values: new Float32Array(table.values.map((value) => Math.round(value * 2048) / 2048)) };
    const exact = applyWhitening(table, fitWhitening(table, { seed: 1 }));
    const rounded = applyWhitening(halves, fitWhitening(halves, { seed: 1 }));
    rowsOf(exact).forEach((row, at) => {
      const other = rowsOf(rounded)[at];
      // Axes may have turned their sign.
      row.forEach((value, axis) => expect(Math.abs(Math.abs(value) - Math.abs(other[axis]))).toBeLessThan(0.1));
    });
  });

  test("a row that is not finite or is zero is an error that names it", () => {
    const bad = (value: number): ReturnType<typeof tableOf> => tableOf([[1, 0], [0, 1], [value, 0]]); // prettier-ignore
    expect(() => fitWhitening(bad(NaN), { seed: 1 })).toThrow(
      new UserError("bad-vector", "Row 2 of 3 embeddings holds a number that is not finite; expected a vector of length 1"),
    );
    expect(() => fitWhitening(bad(Infinity), { seed: 1 })).toThrow(/Row 2 .* not finite/);
    expect(() => fitWhitening(bad(0), { seed: 1 })).toThrow(/Row 2 .* all zero/);
  });

  test.each([0, 1, 5])("%i equal pictures are an error: there is nothing to whiten", (count) => {
    const table = { count, dimensions: 3, values: Float32Array.from({ length: count * 3 }, (_, at) => (at % 3 === 1 ? 1 : 0)) };
    expect(() => fitWhitening(table, { seed: 1 })).toThrow(UserError);
  });

  test("beyond 20,000 rows a sample is taken by seed", () => {
    const table = coneTable(20_050, 3);
    const one = fitWhitening(table, { seed: 1 });
    expect(fitWhitening(table, { seed: 1 })).toEqual(one);
    expect(fitWhitening(table, { seed: 2 }).matrix).not.toEqual(one.matrix);
    one.mean.forEach((value, at) => expect(value).toBeCloseTo(spreadOf(rowsOf(table)).mean[at], 2));
  });

  test("stops and reports", () => {
    const table = coneTable(200, 4);
    expect(() => fitWhitening(table, { seed: 1, signal: AbortSignal.abort() })).toThrow(CancellationError);
    const whitening = fitWhitening(table, { seed: 1 });
    expect(() => applyWhitening(table, whitening, { signal: AbortSignal.abort() })).toThrow(CancellationError);
    const seen: number[] = [];
    applyWhitening(table, whitening, { onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([0, 64, 128, 192, 200]);
  });
});

describe("applyWhitening", () => {
  test("takes vectors of any length for their direction, refuses another space", () => {
    const table = coneTable(30, 5);
    const whitening = fitWhitening(table, { seed: 1 });
    const longer = { ...table, values: table.values.map((value) => value * 90) };
    const [plain, scaled] = [applyWhitening(table, whitening), applyWhitening(longer, whitening)];
    scaled.values.forEach((value, at) => expect(value).toBeCloseTo(plain.values[at], 5));
    expect(() => applyWhitening(coneTable(3, 6), whitening)).toThrow(BugError);
  });

  test("whitening does not depend on the axes that vectors are written in", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: Math.PI, noNaN: true }), (seed, angle) => {
        const table = coneTable(25, 3, seed);
        const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        const turned = tableOf(rowsOf(table).map(([x, y, z]) => [cosine * x - sine * y, sine * x + cosine * y, z]));
        const gram = (rows: number[][]): number[] =>
          rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, at) => sum + value * b[at], 0)));
        const seen = gram(rowsOf(applyWhitening(turned, fitWhitening(turned, { seed: 1 }))));
        gram(rowsOf(applyWhitening(table, fitWhitening(table, { seed: 1 })))).forEach((value, at) =>
          expect(seen[at]).toBeCloseTo(value, 3),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe("joinVectors", () => {
  test("gives unit vectors whose cosine is the mean of the two cosines", () => {
    const [one, other] = [coneTable(6, 4, 1), coneTable(6, 7, 2)];
    const joined = rowsOf(joinVectors(one, other));
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, at) => sum + value * b[at], 0);
    const [a, b] = [rowsOf(one), rowsOf(other)];
    for (let row = 0; row < 6; row++) {
      expect(Math.hypot(...joined[row])).toBeCloseTo(1, 6);
      expect(dot(joined[0], joined[row])).toBeCloseTo((dot(a[0], a[row]) + dot(b[0], b[row])) / 2, 6);
    }
    const weighed = rowsOf(joinVectors(one, other, 0.2));
    for (let row = 0; row < 6; row++) {
      expect(Math.hypot(...weighed[row])).toBeCloseTo(1, 6);
      expect(dot(weighed[0], weighed[row])).toBeCloseTo(0.8 * dot(a[0], a[row]) + 0.2 * dot(b[0], b[row]), 6);
    }
    expect(() => joinVectors(one, coneTable(5, 7))).toThrow(BugError);
  });
});
