/**
 * @file Points that come after the layout: they lie among their like, nothing else moves, copies do not lie on one spot, and clusters keep their numbers.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { extendMap, type ExtendInput } from "#engine/map/extend-map.ts";
import { makeMap } from "#engine/map/make-map.ts";
import { labelByNeighbours, placePoints } from "#engine/map/place-points.ts";

import { classedVectors, slowGraph } from "../../helpers/map-data.ts";

const { table, classes } = classedVectors({ count: 600, dimensions: 32, classes: 6, spread: 0.12, seed: 4 });
const graph = slowGraph(table, 20);
const whole = makeMap({ table, graph, seed: 1, initial: null });
const isNew = (row: number): boolean => row % 12 === 5;

function withHoles(missing: (row: number) => boolean): ExtendInput {
  const coordinates = whole.coordinates.map((value, at) => (missing(at >> 1) ? Number.NaN : value));
  return { table, graph, seed: 1, coordinates, clusters: whole.clusters };
}

describe("extendMap", () => {
  const made = extendMap(withHoles(isNew));

  test("what was there stays, what is new lies among its like", () => {
    let [near, all] = [0, 0];
    for (let row = 0; row < table.count; row++) {
      if (!isNew(row)) {
        expect(made.coordinates[2 * row]).toBe(whole.coordinates[2 * row]);
        expect(made.coordinates[2 * row + 1]).toBe(whole.coordinates[2 * row + 1]);
        expect(made.clusters[row]).toBe(whole.clusters[row]);
        continue;
      }
      all++;
      if (classes[nearestOther(made.coordinates, row)] === classes[row]) near++;
    }
    expect(near / all).toBeGreaterThan(0.95);
    expect(made.trustworthiness).toBeGreaterThan(whole.trustworthiness - 0.02);
  });

  test("the same input gives the same places", () => {
    expect(extendMap(withHoles(isNew))).toEqual(made);
  });

  test("the cluster of a new point is that of its like; each cluster is represented by one of its own", () => {
    const right = [...made.clusters.keys()].filter((row) => isNew(row) && made.clusters[row] === whole.clusters[row]).length;
    expect(right / 50).toBeGreaterThan(0.9);
    made.representatives.forEach((row, label) => expect(made.clusters[row]).toBe(label));
  });

  test("a cluster that is gone leaves its number to the next", () => {
    const kept = [...whole.clusters.keys()].filter((row) => whole.clusters[row] !== 0);
    const values = Float32Array.from(kept.flatMap((row) => [...table.values.subarray(row * 32, row * 32 + 32)]));
    const rest = { count: kept.length, dimensions: 32, values };
    const clusters = Int32Array.from(kept, (row) => whole.clusters[row] as number);
    const coordinates = Float32Array.from(kept.flatMap((row) => [...whole.coordinates.subarray(2 * row, 2 * row + 2)]));
    const shrunk = extendMap({ table: rest, graph: slowGraph(rest, 20), seed: 1, coordinates, clusters });
    expect(shrunk.clusters).toEqual(clusters.map((label) => (label > 0 ? label - 1 : label)));
    expect(shrunk.representatives).toHaveLength(whole.representatives.length - 1);
    expect(shrunk.coordinates).toEqual(coordinates);
  });
});

describe("placePoints", () => {
  test("the mean lies nearer to the likelier neighbour; equals do not lie on one spot", () => {
    // 0 and 1 are placed; 2 and 3 are the same picture, much nearer to 0.
    const similarities = Float32Array.from([0.9, 0.9, 0.1, 0.2, 0.2, 0.1, 1, 0.9, 0.2, 1, 0.9, 0.2]);
    const small = { count: 4, k: 3, indices: Int32Array.from([2, 3, 1, 2, 3, 0, 3, 0, 1, 2, 0, 1]), similarities };
    const places = placePoints({
      graph: small,
      table: { count: 4, dimensions: 1, values: new Float32Array(4) },
      coordinates: Float32Array.from([0, 0, 10, 10, NaN, NaN, NaN, NaN]),
      random: createRandom(1),
    });
    expect([...places.subarray(0, 4)]).toEqual([0, 0, 10, 10]);
    for (const at of [4, 5, 6, 7]) expect(Math.abs(places[at] as number)).toBeLessThan(6);
    expect(places[4]).not.toBe(places[6]);
    expect(Math.hypot(places[4] - places[6], places[5] - places[7])).toBeLessThan(0.5);
  });

  test("a class of its own, all of whose neighbours are new, goes to what is nearest of all", () => {
    const own = classes.map((label) => (label === 2 ? 1 : 0));
    const places = placePoints({ graph, table, coordinates: withHoles((row) => own[row] === 1).coordinates, random: createRandom(1) });
    expect(places.every((value) => Number.isFinite(value))).toBe(true);
  });

  test("what has neighbours only among the new has the label of no cluster", () => {
    const ring = { count: 4, k: 1, indices: Int32Array.from([1, 0, 3, 2]), similarities: Float32Array.from([1, 1, 1, 1]) };
    expect(labelByNeighbours(ring, Int32Array.from([3, -2, -2, -2]), -2)).toEqual(Int32Array.from([3, 3, -1, -1]));
  });
});

function nearestOther(coordinates: Float32Array, row: number): number {
  let best = Infinity;
  let nearest = -1;
  for (let other = 0; 2 * other < coordinates.length; other++) {
    const distance = Math.hypot(coordinates[2 * other] - coordinates[2 * row], coordinates[2 * other + 1] - coordinates[2 * row + 1]);
    if (other === row || distance >= best) continue;
    best = distance;
    nearest = other;
  }
  return nearest;
}
