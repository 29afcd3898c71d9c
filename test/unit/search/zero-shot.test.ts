/** @file Classes from names and names for clusters, against the slow way to write them and by hand. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import { nameClusters } from "#engine/search/name-clusters.ts";
import { zeroShot } from "#engine/search/zero-shot.ts";

function randomTable(count: number, dimensions: number, seed: number): VectorTable {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: count * dimensions }, () => random.normal());
  return { count, dimensions, values: makeUnitRows(values, dimensions) };
}

function rows({ count, dimensions, values }: VectorTable): number[][] {
  return Array.from({ length: count }, (_, row) => [...values.subarray(row * dimensions, (row + 1) * dimensions)]);
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);

describe("zero-shot classes", () => {
  test("are those of the slow way, with its margins", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 6 }), fc.integer(), (count, classes, seed) => {
        const [vectors, texts] = [randomTable(count, 7, seed), randomTable(classes, 7, seed + 1)];
        const told = zeroShot(vectors, texts);
        rows(vectors).forEach((vector, row) => {
          const cosines = rows(texts).map((text) => dot(vector, text));
          const ranked = [...cosines].sort((one, other) => other - one);
          expect(told.labels[row]).toBe(cosines.indexOf(ranked[0] as number));
          expect(told.similarities[row]).toBeCloseTo(ranked[0] as number, 5);
          if (classes === 1) expect(told.margins[row]).toBe(Infinity);
          else expect(told.margins[row]).toBeCloseTo((ranked[0] as number) - (ranked[1] as number), 5);
        });
      }),
    );
  });

  test("of pairs made to belong together are right where the noise is small, and unsure ones have small margins", () => {
    const texts = randomTable(5, 32, 3);
    const random = createRandom(9);
    const truth = Array.from({ length: 400 }, () => random.below(5));
    const noise = truth.map((_, at) => (at % 2 === 0 ? 0.05 : 0.6));
    const values = Float32Array.from(
      truth.flatMap((label, at) => (rows(texts)[label] as number[]).map((value) => value + (noise[at] as number) * random.normal())),
    );
    const { labels, margins } = zeroShot({ count: 400, dimensions: 32, values: makeUnitRows(values, 32) }, texts);
    const share = (places: readonly number[]): number => places.filter((place) => labels[place] === truth[place]).length / places.length;
    const places = truth.map((_, at) => at);
    expect(share(places.filter((at) => at % 2 === 0))).toBe(1);
    const sorted = places.filter((at) => at % 2 === 1).sort((one, other) => (margins[one] as number) - (margins[other] as number));
    expect(share(sorted.slice(100))).toBeGreaterThan(share(sorted.slice(0, 100)) + 0.1);
  });
});

describe("names for clusters", () => {
  // Three directions, and a word that is like all of them.
  const words: VectorTable = {
    count: 4,
    dimensions: 3,
    values: makeUnitRows(Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]), 3),
  };
  const vectors: VectorTable = {
    count: 6,
    dimensions: 3,
    values: makeUnitRows(Float32Array.from([5, 3, 3, 5, 3.1, 3, 3, 5, 3, 3, 5.1, 3, 3, 3, 5, 9, 0, 0]), 3),
  };

  test("are the words a cluster is more like than the others are, not the word for everything", () => {
    const named = nameClusters(vectors, Int32Array.of(0, 0, 1, 1, 4, -1), words);
    expect(named.map(({ cluster, words: best }) => [cluster, best[0]])).toEqual([[0, 0], [1, 1], [4, 2]]); // prettier-ignore
    for (const { lifts, words: best } of named) {
      expect(lifts).toHaveLength(3);
      expect(best.indexOf(3)).not.toBe(0);
      expect([...lifts].sort((one, other) => other - one)).toEqual(lifts);
    }
  });

  test("of a single cluster are the words it is most like", () => {
    const [only] = nameClusters(vectors, Int32Array.of(7, 7, 7, 7, 7, -1), words, 1);
    expect(only).toMatchObject({ cluster: 7, words: [3] });
  });

  test("none where no picture is of a cluster", () => {
    expect(nameClusters(vectors, new Int32Array(6).fill(-1), words)).toEqual([]);
  });
});
