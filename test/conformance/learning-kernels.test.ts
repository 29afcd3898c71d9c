/**
 * @file The two kernels that a click waits for, on the twin and on every set of instructions here: what labels reach against the whole system solved by elimination and, to the last bit, the same from all;
 * products of rows against sums of 64 bits.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins } from "#native/kernels.ts";
import type { SpreadLabelsArguments } from "#native/twins/spread-labels.ts";

import { variants } from "./variants.ts";

/** A ring with chords, made even as learning does it: eigenvalues in [-1, 1]. */
function example(count: number, width: 1 | 4 | 16, seed: number): SpreadLabelsArguments {
  const random = createRandom(seed);
  const joined = Array.from({ length: count }, () => new Map<number, number>());
  const join = (one: number, other: number): void => {
    const weight = 0.1 + random.unit();
    if (one === other) return;
    joined[one].set(other, weight);
    joined[other].set(one, weight);
  };
  for (let row = 0; row < count; row++) for (const step of [1, 2 + random.below(5), random.below(count)]) join(row, (row + step) % count);
  const degrees = joined.map((its) => [...its.values()].reduce((sum, weight) => sum + weight, 0));
  const starts = new Int32Array(count + 1);
  joined.forEach((its, row) => (starts[row + 1] = starts[row] + its.size));
  const edges = joined.flatMap((its, row) => [...its].map(([other, weight]) => [other, weight / Math.sqrt(degrees[row] * degrees[other])]));
  return {
    count,
    starts,
    columns: Int32Array.from(edges, ([other]) => other),
    weights: Float32Array.from(edges, ([, weight]) => weight),
    flow: 0.9,
    iterations: 60,
    values: Float32Array.from({ length: count * width }, () => (random.below(5) === 0 ? 1 : 0)),
    width,
    threads: 1,
  };
}

/** (I - flow S)^-1 values by Gauss's elimination: the matrix is positive definite, so no row need be exchanged. */
function solved({ count, starts, columns, weights, flow, values, width }: SpreadLabelsArguments): Float64Array {
  const size = count + width;
  const rows = Array.from({ length: count }, (_, row) => {
    const line = new Float64Array(size);
    line[row] = 1;
    for (let edge = starts[row]; edge < starts[row + 1]; edge++) line[columns[edge]] -= flow * weights[edge];
    line.set(values.subarray(row * width, (row + 1) * width), count);
    return line;
  });
  for (let pivot = 0; pivot < count; pivot++)
    for (let row = 0; row < count; row++) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      if (row !== pivot && factor !== 0) for (let at = pivot; at < size; at++) rows[row][at] -= factor * rows[pivot][at];
    }
  return Float64Array.from(rows.flatMap((line, row) => [...line.subarray(count)].map((value) => value / line[row])));
}

function spread(given: SpreadLabelsArguments, from = twins): Float32Array {
  const values = given.values.slice();
  from.spreadLabels({ ...given, values });
  return values;
}

describe.each(variants)("$name", ({ kernels }) => {
  describe("spreadLabels", () => {
    test.each([1, 4, 16] as const)("%i columns are those of the whole system", (width) => {
      const given = example(90, width, width);
      const expected = solved(given);
      spread(given, kernels).forEach((value, at) => expect(Math.abs(value - expected[at])).toBeLessThan(2e-5));
    });

    test.each([
      [1, 3, 1],
      [7, 40, 4],
      [2000, 5, 16],
      [30_000, 22, 1],
      [30_000, 3, 4],
    ] as const)("%i rows, %i rounds, %i columns: the twin's bytes, whatever the number of threads", (count, iterations, width) => {
      const given = { ...example(count, width, count), iterations };
      const expected = spread(given);
      for (const threads of [1, 2, 7]) expect(spread({ ...given, threads }, kernels)).toEqual(expected);
    });

    test("columns side by side do not touch each other", () => {
      const given = example(300, 4, 5);
      const together = spread(given, kernels);
      for (let lane = 0; lane < 4; lane++) {
        const values = Float32Array.from({ length: 300 }, (_, row) => given.values[row * 4 + lane]);
        expect(spread({ ...given, values, width: 1 }, kernels)).toEqual(Float32Array.from(values, (_, row) => together[row * 4 + lane]));
      }
    });

    test.each([
      ["an edge that leads outside", (given: SpreadLabelsArguments) => (given.columns[3] = 50)],
      ["an edge to before the first row", (given: SpreadLabelsArguments) => (given.columns[3] = -1)],
      ["rows of edges that overlap", (given: SpreadLabelsArguments) => (given.starts[4] = given.starts[7])],
      ["a first row that does not begin at the first edge", (given: SpreadLabelsArguments) => (given.starts[0] = 1)],
    ])("%s is refused, and nothing is changed", (_, spoil) => {
      const given = example(50, 1, 9);
      const before = given.values.slice();
      spoil(given);
      expect(() => kernels.spreadLabels(given)).toThrow(
        expect.objectContaining({ code: "out-of-range", message: "spreadLabels: a start or a column lies outside the graph" }),
      );
      expect(given.values).toEqual(before);
    });
  });

  describe("projectRows", () => {
    const shapes = [0, 1, 3, 4, 5, 97].flatMap((count) => [1, 7, 16, 385].flatMap((dimensions) => [1, 2, 3, 4, 33].map((width) => [count, dimensions, width] as const))); // prettier-ignore
    test.each(shapes)("%i rows of %i numbers along %i directions", (count, dimensions, width) => {
      const random = createRandom(count + 1000 * dimensions + width);
      const vectors = Float32Array.from({ length: count * dimensions }, () => random.normal());
      const directions = Float32Array.from({ length: width * dimensions }, () => random.normal());
      const products = new Float32Array(count * width);
      kernels.projectRows({ vectors, count, dimensions, directions, width, products, threads: 1 });
      for (let row = 0; row < count; row++)
        for (let column = 0; column < width; column++) {
          let [sum, lengths] = [0, 0];
          for (let index = 0; index < dimensions; index++) {
            const product = vectors[row * dimensions + index] * directions[column * dimensions + index];
            sum += product;
            lengths += Math.abs(product);
          }
          expect(Math.abs(products[row * width + column] - sum)).toBeLessThanOrEqual(1e-6 * lengths);
        }
      const threaded = new Float32Array(count * width);
      kernels.projectRows({ vectors, count, dimensions, directions, width, products: threaded, threads: 5 });
      expect(threaded).toEqual(products);
    });

    test("threads change nothing where there are many rows", () => {
      const random = createRandom(4);
      const vectors = Float32Array.from({ length: 5003 * 61 }, () => random.normal());
      const directions = Float32Array.from({ length: 3 * 61 }, () => random.normal());
      const [one, many] = [1, 6].map((threads) => {
        const products = new Float32Array(5003 * 3);
        kernels.projectRows({ vectors, count: 5003, dimensions: 61, directions, width: 3, products, threads });
        return products;
      });
      expect(many).toEqual(one);
    });
  });
});
