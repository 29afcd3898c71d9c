import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CancellationError, UserError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { evaluate } from "#engine/training/evaluate/evaluate.ts";
import { dealFolds } from "#engine/training/evaluate/folds.ts";
import { macroF1 } from "#engine/training/evaluate/macro-f1.ts";
import { classify, fitRidge, lambdas, ridgeAccuracy } from "#engine/training/evaluate/ridge.ts";

import { slowAccuracy, slowMacroF1, slowRidge, slowVotes } from "../../../reference/evaluate.ts";
import { cloudTable, coneTable, rowsOf, tableOf } from "../tables.ts";

/** Five-fold accuracy with the slow ridge on the same folds. */
function slowRidgeAccuracy(rows: readonly (readonly number[])[], labels: Int32Array, seed: number): number {
  const folds = dealFolds(labels, 5, seed);
  const predicted = rows.map(() => -1);
  for (let fold = 0; fold < 5; fold++) {
    const chosen = rows.flatMap((row, at) => (folds[at] === fold ? [] : [{ row, label: labels[at] }]));
    const ridge = slowRidge(
      chosen.map(({ row }) => row),
      chosen.map(({ label }) => label),
      lambdas,
    );
    rows.forEach((row, at) => folds[at] === fold && (predicted[at] = ridge.predict(row)));
  }
  return slowAccuracy(predicted, labels);
}

describe("evaluate", () => {
  test.each([
    ["more rows than numbers", 80, 6],
    ["fewer rows than numbers", 30, 40],
    ["fewer than 20 others", 12, 5],
  ])("%s: as the brute-force version says", (_, count, dimensions) => {
    const { table, labels } = cloudTable({ count, dimensions, classes: 3, spread: 1.6 });
    const rows = rowsOf(table);
    const [five, twenty] = [slowVotes(rows, labels, 5), slowVotes(rows, labels, 20)];
    const seen = evaluate({ vectors: table, labels, seed: 3 });
    expect(seen).toEqual({
      knn: {
        5: { accuracy: expect.closeTo(slowAccuracy(five, labels), 12), macroF1: expect.closeTo(slowMacroF1(five, labels), 12) },
        20: { accuracy: expect.closeTo(slowAccuracy(twenty, labels), 12), macroF1: expect.closeTo(slowMacroF1(twenty, labels), 12) },
      },
      ridge: { accuracy: expect.closeTo(slowRidgeAccuracy(rows, labels, 3), 12) },
    });
    // Neither perfect nor chance, or the comparison would prove little.
    expect(seen.ridge.accuracy).toBeGreaterThan(0.4);
  });

  test("is perfect where classes are apart", () => {
    const { table, labels } = cloudTable({ count: 200, dimensions: 16, classes: 4, spread: 0.05 });
    const perfect = { accuracy: 1, macroF1: 1 };
    expect(evaluate({ vectors: table, labels, seed: 1 })).toEqual({ knn: { 5: perfect, 20: perfect }, ridge: { accuracy: 1 } });
  });

  test("is at chance where labels mean nothing", () => {
    const random = createRandom(2);
    const labels = Int32Array.from({ length: 600 }, () => random.below(2));
    const { knn, ridge } = evaluate({ vectors: coneTable(600, 8), labels, seed: 1 });
    for (const score of [knn[5].accuracy, knn[20].accuracy, ridge.accuracy]) expect(Math.abs(score - 0.5)).toBeLessThan(0.1);
  });

  test("does not depend on the lengths of vectors or on how classes are numbered", () => {
    const { table, labels } = cloudTable({ count: 90, dimensions: 5, classes: 3, spread: 1.2 });
    const expected = evaluate({ vectors: table, labels, seed: 1 });
    const scaled = { ...table, values: table.values.map((value) => 64 * value) };
    expect(evaluate({ vectors: scaled, labels: labels.map((label) => 5 + 3 * label), seed: 1 })).toEqual(expected);
  });

  test("labels that do not fit are the person's error; a signal stops it", () => {
    const { table, labels } = cloudTable({ count: 40, dimensions: 5, classes: 2, spread: 1 });
    const run = (given: Int32Array, vectors = table): unknown => evaluate({ vectors, labels: given, seed: 1 });
    expect(() => run(labels.subarray(1))).toThrow(UserError);
    expect(() => run(labels.map(() => 1))).toThrow(/40 images of 1 classes/);
    expect(() => run(labels.subarray(0, 4), { ...table, count: 4, values: table.values.subarray(0, 20) })).toThrow(UserError);
    expect(() => evaluate({ vectors: table, labels, seed: 1 }, { signal: AbortSignal.abort() })).toThrow(CancellationError);
    const progress: number[] = [];
    evaluate({ vectors: table, labels, seed: 1 }, { onProgress: (done) => progress.push(done) });
    expect(progress).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("macroF1", () => {
  test("by hand: two classes, three right of four", () => {
    // Class 0: 2 right, said 3, there 2: 2 * 2 / 5. Class 1: 1 right, said 1, there 2: 2 / 3.
    expect(macroF1(Int32Array.of(0, 0, 0, 1), Int32Array.of(0, 0, 1, 1))).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
  });

  test("is the harmonic mean of precision and recall, averaged", () => {
    const labels = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(labels, (pairs) => {
        const [predicted, truth] = [Int32Array.from(pairs, ([one]) => one), Int32Array.from(pairs, ([, other]) => other)];
        expect(macroF1(predicted, truth)).toBeCloseTo(slowMacroF1(predicted, truth), 12);
      }),
    );
  });
});

describe("dealFolds", () => {
  test("every fold has its share of every class, sizes differ by one at most", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }), fc.integer(), (given, seed) => {
        const labels = Int32Array.from(given);
        const folds = dealFolds(labels, 5, seed);
        const sizes = (wanted: (row: number) => boolean): number[] =>
          [0, 1, 2, 3, 4].map((fold) => given.filter((_, row) => folds[row] === fold && wanted(row)).length);
        for (const label of [null, 0, 1, 2, 3]) {
          const counts = sizes((row) => label === null || given[row] === label);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
        expect([...dealFolds(labels, 5, seed)]).toEqual([...folds]);
      }),
    );
  });

  test("another seed deals otherwise", () => {
    const labels = new Int32Array(50);
    expect([...dealFolds(labels, 5, 1)]).not.toEqual([...dealFolds(labels, 5, 2)]);
  });
});

describe("ridge", () => {
  test.each([
    [40, 4],
    [18, 30],
  ])("%i rows of %i numbers: the lambda that leaving out each row asks for, the classes that elimination finds", (count, dimensions) => {
    for (const spread of [0.3, 1.5, 4]) {
      const { table, labels } = cloudTable({ count, dimensions, classes: 3, spread });
      const fitted = fitRidge({ vectors: table, labels });
      const slow = slowRidge(rowsOf(table), [...labels], lambdas);
      expect(fitted.lambda).toBe(slow.lambda);
      const fresh = cloudTable({ count: 60, dimensions, classes: 3, spread, seed: 1 }).table;
      expect([...classify(fitted, fresh)]).toEqual(rowsOf(fresh).map(slow.predict));
    }
  });

  test("a class of one picture cannot be learnt when that picture is left out, and breaks nothing", () => {
    const { table, labels } = cloudTable({ count: 50, dimensions: 6, classes: 2, spread: 0.1 });
    labels[7] = 8;
    expect(ridgeAccuracy({ vectors: table, labels, seed: 1 })).toBe(0.98);
  });

  test("equal rows with two labels: the more frequent one", () => {
    const table = tableOf(Array.from({ length: 9 }, () => [1, 0]));
    const fitted = fitRidge({ vectors: table, labels: Int32Array.of(4, 4, 4, 4, 4, 6, 6, 6, 6) });
    expect([...classify(fitted, tableOf([[1, 0], [0, 1]]))]).toEqual([4, 4]); // prettier-ignore
  });
});
