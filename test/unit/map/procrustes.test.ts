import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { alignPlaces } from "#engine/map/procrustes.ts";

function cloud(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: 2 * count }, (_, at) => 3 * random.normal() + (at % 2 === 0 ? 7 : -2));
}

interface Similarity {
  readonly radians: number;
  readonly reflected: boolean;
  readonly scale: number;
  readonly shift: readonly [number, number];
}

function apply(places: Float32Array, { radians, reflected, scale, shift }: Similarity): Float32Array {
  const made = new Float32Array(places.length);
  for (let at = 0; at < places.length; at += 2) {
    const [x, y] = [places[at], reflected ? -places[at + 1] : places[at + 1]];
    made[at] = scale * (Math.cos(radians) * x - Math.sin(radians) * y) + shift[0];
    made[at + 1] = scale * (Math.sin(radians) * x + Math.cos(radians) * y) + shift[1];
  }
  return made;
}

function squaredDistance(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + (value - other[at]) ** 2, 0);
}

function extent(places: Float32Array): number {
  const count = places.length / 2;
  const middle = [0, 1].map((axis) =>
    Array.from({ length: count }, (_, at) => places[2 * at + axis]).reduce((sum, value) => sum + value / count, 0),
  );
  return places.reduce((sum, value, at) => sum + (value - middle[at % 2]) ** 2, 0);
}

/** Every turn on a grid, both ways round, each with its own best scale and shift: slow and obvious. */
function bestOfGrid(from: Float32Array, to: Float32Array, steps: number): number {
  const count = from.length / 2;
  let best = Infinity;
  for (const reflected of [false, true])
    for (let step = 0; step < steps; step++) {
      const turned = apply(from, { radians: (2 * Math.PI * step) / steps, reflected, scale: 1, shift: [0, 0] });
      const means = [turned, to].map((places) =>
        [0, 1].map((axis) =>
          Array.from({ length: count }, (_, at) => places[2 * at + axis]).reduce((sum, value) => sum + value / count, 0),
        ),
      );
      const centred = (places: Float32Array, which: number): number[] => Array.from(places, (value, at) => value - means[which][at % 2]);
      const [x, y] = [centred(turned, 0), centred(to, 1)];
      const scale = Math.max(0, x.reduce((sum, value, at) => sum + value * y[at], 0) / x.reduce((sum, value) => sum + value ** 2, 0));
      best = Math.min(
        best,
        x.reduce((sum, value, at) => sum + (scale * value - y[at]) ** 2, 0),
      );
    }
  return best;
}

const similarity = fc.record({
  radians: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  reflected: fc.boolean(),
  scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
  shift: fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: -50, max: 50, noNaN: true })),
});

describe("alignPlaces", () => {
  test("undoes any turn, mirroring, scale and shift, whichever scaling is asked for", () => {
    fc.assert(
      fc.property(
        similarity,
        fc.integer({ min: 3, max: 40 }),
        fc.integer(),
        fc.constantFrom("fitted" as const, "equal" as const),
        (given, count, seed, scaling) => {
          const to = cloud(count, seed);
          const found = alignPlaces(apply(to, given), to, scaling);
          expect(squaredDistance(found.coordinates, to)).toBeLessThan(1e-6 * extent(to) + 1e-6);
          expect(found.reflected).toBe(given.reflected);
          expect(found.scale * given.scale).toBeCloseTo(1, 4);
          expect(found.agreement).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  test("no other turn, scale and shift comes nearer", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const count = 2 + (seed % 12);
      const [from, to] = [cloud(count, seed), cloud(count, 1000 + seed)];
      const { coordinates, agreement } = alignPlaces(from, to, "fitted");
      const residual = squaredDistance(coordinates, to);
      const grid = bestOfGrid(from, to, 3600);
      expect(residual).toBeLessThanOrEqual(grid * (1 + 1e-5) + 1e-4);
      expect(residual).toBeGreaterThan(grid * (1 - 1e-3) - 1e-4);
      expect(1 - residual / extent(to)).toBeCloseTo(agreement, 4);
    }
  });

  test("the equal scaling turns and shifts alike and keeps the extent", () => {
    const [from, to] = [cloud(30, 1), cloud(30, 2)];
    const [fitted, equal] = [alignPlaces(from, to, "fitted"), alignPlaces(from, to, "equal")];
    expect([equal.radians, equal.reflected, equal.agreement]).toEqual([fitted.radians, fitted.reflected, fitted.agreement]);
    expect(extent(equal.coordinates) / extent(to)).toBeCloseTo(1, 5);
    // Strangers to each other: least squares would shrink them.
    expect(extent(fitted.coordinates) / extent(to)).toBeLessThan(0.5);
  });

  test("an arrangement that is only mirrored needs the mirror", () => {
    const to = cloud(20, 4);
    const mirrored = to.map((value, at) => (at % 2 === 0 ? -value : value));
    expect(alignPlaces(mirrored, to, "equal").reflected).toBe(true);
    expect(alignPlaces(to, to, "equal").reflected).toBe(false);
  });

  test("nothing, one point and copies of one point are laid on the middle of the others", () => {
    expect(alignPlaces(new Float32Array(0), new Float32Array(0), "equal").coordinates).toEqual(new Float32Array(0));
    expect(alignPlaces(Float32Array.of(3, 4), Float32Array.of(-1, 8), "equal").coordinates).toEqual(Float32Array.of(-1, 8));
    const lone = alignPlaces(Float32Array.of(3, 4, 3, 4), Float32Array.of(0, 0, 2, 4), "fitted");
    expect(lone.coordinates).toEqual(Float32Array.of(1, 2, 1, 2));
    expect(lone.scale).toBe(1);
  });
});
