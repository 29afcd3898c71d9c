import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { clusterMap, leastClusterSize } from "#engine/map/clusters.ts";
import { layoutMap } from "#engine/map/layout.ts";

import { classedVectors, slowGraph, unitTable } from "../../helpers/map-data.ts";

interface Blob {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly spread: number;
}

/** Gaussian blobs in the plane, one after the other, and a table whose rows are all alike. */
function blobs(list: readonly Blob[], seed: number) {
  const random = createRandom(seed);
  const points = list.flatMap(({ x, y, size, spread }) =>
    Array.from({ length: size }, () => [x + spread * random.normal(), y + spread * random.normal()]),
  );
  return { coordinates: Float32Array.from(points.flat()), count: points.length, table: unitTable(points.map(() => [1, 1])) };
}

function sizesOf(labels: Int32Array): number[] {
  const sizes: number[] = [];
  for (const label of labels) if (label >= 0) sizes[label] = (sizes[label] ?? 0) + 1;
  return sizes;
}

describe("clusterMap", () => {
  for (const scale of [0.01, 1, 1000])
    test(`two blobs are two clusters, the larger one first, at scale ${scale}`, () => {
      const { coordinates, count, table } = blobs(
        [
          { x: 0, y: 0, size: 100, spread: scale },
          { x: 20 * scale, y: 0, size: 200, spread: scale },
        ],
        1,
      );
      const { labels, representatives } = clusterMap(coordinates, count, { table });
      expect(representatives).toHaveLength(2);
      // A few stragglers may belong to none.
      const [first, second] = sizesOf(labels);
      expect(first).toBeGreaterThan(180);
      expect(second).toBeGreaterThan(90);
      expect(labels.slice(0, 100).every((label) => label === 1 || label === -1)).toBe(true);
      expect(labels.slice(100).every((label) => label === 0 || label === -1)).toBe(true);
    });

  test("clusters of very different density", () => {
    const { coordinates, count, table } = blobs(
      [
        { x: 0, y: 0, size: 400, spread: 0.3 },
        { x: 12, y: 0, size: 400, spread: 2 },
        { x: 0, y: 9, size: 60, spread: 0.3 },
      ],
      2,
    );
    expect(clusterMap(coordinates, count, { table }).representatives).toHaveLength(3);
  });

  test("a lone point far from all belongs to none", () => {
    const { coordinates, count, table } = blobs(
      [
        { x: 0, y: 0, size: 300, spread: 1 },
        { x: 40, y: 40, size: 1, spread: 1 },
      ],
      3,
    );
    expect(clusterMap(coordinates, count, { table }).labels[300]).toBe(-1);
  });

  for (const seed of [1, 2, 3])
    test(`one even disc is not torn into many (seed ${seed})`, () => {
      const random = createRandom(seed);
      const coordinates = new Float32Array(4000);
      for (let item = 0; item < 2000; item++) {
        const [radius, angle] = [Math.sqrt(random.unit()), 2 * Math.PI * random.unit()];
        coordinates.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * item);
      }
      const { representatives } = clusterMap(coordinates, 2000, { table: unitTable(Array.from({ length: 2000 }, () => [1])) });
      expect(representatives.length).toBeGreaterThanOrEqual(1);
      expect(representatives.length).toBeLessThanOrEqual(3);
    });

  test("every class of a real layout is a cluster of its own", () => {
    const { table, classes } = classedVectors({ count: 600, dimensions: 32, classes: 6, seed: 4 });
    const { coordinates } = layoutMap({ graph: slowGraph(table, 15), table, seed: 1 });
    const { labels, representatives } = clusterMap(coordinates, 600, { table });
    expect(representatives).toHaveLength(6);
    const pairs = new Set(
      Array.from({ length: 600 }, (_, item) => `${labels[item]} ${classes[item]}`).filter((pair) => !pair.startsWith("-1")),
    );
    expect(pairs.size).toBe(6);
    const sizes = sizesOf(labels);
    expect(sizes).toEqual(sizes.toSorted((one, two) => two - one));
  });

  test("the representative is nearest to the mean direction", () => {
    const { coordinates, count } = blobs([{ x: 0, y: 0, size: 50, spread: 1 }], 5);
    // Directions from 0 to 49 degrees: the mean lies between rows 24 and 25.
    const table = unitTable(Array.from({ length: count }, (_, row) => [Math.cos((row * Math.PI) / 180), Math.sin((row * Math.PI) / 180)]));
    const { labels, representatives } = clusterMap(coordinates, count, { table });
    const members = Array.from(labels.keys()).filter((row) => labels[row] === 0);
    const mean = members.reduce((sum, row) => sum + row, 0) / members.length;
    expect(Math.abs(representatives[0] - mean)).toBeLessThanOrEqual(1);
  });

  for (const count of [0, 1, 4])
    test(`${count} points make no cluster`, () => {
      const { coordinates, table } = blobs([{ x: 0, y: 0, size: count, spread: 1 }], 6);
      const { labels, representatives } = clusterMap(coordinates, count, { table });
      expect(Array.from(labels)).toEqual(new Array(count).fill(-1));
      expect(representatives).toHaveLength(0);
    });

  test("points on one spot are one cluster", () => {
    const { labels, representatives } = clusterMap(new Float32Array(40).fill(3), 20, {
      table: unitTable(Array.from({ length: 20 }, () => [1])),
    });
    expect(Array.from(labels)).toEqual(new Array(20).fill(0));
    expect(Array.from(representatives)).toEqual([0]);
  });

  test("stops when asked to", () => {
    const { coordinates, count, table } = blobs([{ x: 0, y: 0, size: 50, spread: 1 }], 7);
    expect(() => clusterMap(coordinates, count, { table, signal: AbortSignal.abort() })).toThrow(CancellationError);
  });

  test("the least size grows with the collection", () => {
    expect([20, 1000, 10_000, 100_000].map(leastClusterSize)).toEqual([5, 16, 50, 250]);
  });
});
