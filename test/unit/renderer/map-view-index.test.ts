/** @file The grid over the map against plain loops over all points: boxes, nearest, counts, spacing, and the lasso on top of it. */
import { describe, expect, test } from "vitest";

import { atOnce } from "../../../renderer/map-view/slices.ts";
import { extendOutline, insideTest, pointsInside } from "../../../renderer/map-view/lasso.ts";
import {
  buildPlaceIndex,
  nearestPoint,
  placeIndex,
  roughCount,
  spacings,
  typicalSpacing,
  visitBox,
  type PlaceIndex,
} from "../../../renderer/map-view/place-index.ts";
import { scatter } from "../../helpers/map-scatter.ts";

const places = scatter(3000, 7);
places.set([NaN, NaN], 2 * 11);
const index = placeIndex(places) as PlaceIndex;
const all = Array.from({ length: places.length / 2 }, (_, point) => point).filter((point) => !Number.isNaN(places[2 * point]));

describe("place index", () => {
  test("holds every placed point once", () => {
    expect([...index.points].sort((a, b) => a - b)).toEqual(all);
  });

  test.for([
    [-1, -1, 1, 1],
    [0.21, -3, 0.22, 3],
    [-99, -99, 99, 99],
    [50, 50, 60, 60],
    [2, 2, 1, 1],
  ])("finds exactly the points in the box %j", ([left, top, right, bottom]) => {
    const found: number[] = [];
    visitBox(index, { left, top, right, bottom }, (point) => found.push(point));
    const expected = all.filter(
      (point) => places[2 * point] >= left && places[2 * point] <= right && places[2 * point + 1] >= top && places[2 * point + 1] <= bottom,
    );
    expect(found.sort((a, b) => a - b)).toEqual(expected);
  });

  test("finds the nearest within a radius, only among accepted ones", () => {
    for (let trial = 0; trial < 200; trial++) {
      const [x, y, radius] = [((trial * 37) % 100) / 12 - 4, ((trial * 59) % 100) / 12 - 4, 0.02 + (trial % 7) * 0.05];
      const accepts = (point: number): boolean => point % 3 !== trial % 3;
      const distances = all
        .filter(accepts)
        .map((point) => ({ point, distance: Math.hypot(places[2 * point] - x, places[2 * point + 1] - y) }));
      const best = distances.filter((one) => one.distance <= radius).sort((a, b) => a.distance - b.distance)[0];
      expect(nearestPoint(index, { x, y, radius, accepts })).toBe(best?.point ?? -1);
    }
  });

  test("of points on one spot the last drawn is found", () => {
    expect(nearestPoint(placeIndex(Float32Array.of(1, 1, 1, 1, 5, 5)) as PlaceIndex, { x: 1, y: 1, radius: 1 })).toBe(1);
  });

  test("the rough count is right for whole cells and nothing for an empty box", () => {
    expect(roughCount(index, { left: -99, top: -99, right: 99, bottom: 99 })).toBe(all.length);
    expect(roughCount(index, { left: 80, top: 80, right: 90, bottom: 90 })).toBe(0);
  });

  test("one point, and points on a line, make an index too; no place makes none", () => {
    expect((placeIndex(Float32Array.of(4, 4)) as PlaceIndex).points).toEqual(Uint32Array.of(0));
    const line = Float32Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at : 3));
    expect((placeIndex(line) as PlaceIndex).points).toHaveLength(100);
    expect(placeIndex(Float32Array.of(NaN, NaN))).toBeNull();
    expect(placeIndex(new Float32Array(0))).toBeNull();
  });

  test("comes in slices", () => {
    let slices = 0;
    const building = buildPlaceIndex(scatter(350_000, 3));
    while (building.next().done !== true) slices++;
    // 1 for the bounds, 4 to count, 4 to place.
    expect(slices).toBe(9);
  });

  test("spacing tells dense from sparse", () => {
    const lattice = new Float32Array(2 * 500);
    for (let at = 0; at < 400; at++) lattice.set([(at % 20) * 0.1, Math.floor(at / 20) * 0.1], 2 * at);
    for (let at = 0; at < 100; at++) lattice.set([10 + (at % 10), 10 + Math.floor(at / 10)], 2 * (400 + at));
    const spacing = atOnce(spacings(placeIndex(lattice) as PlaceIndex));
    expect(spacing[210]).toBeLessThan(0.5 * spacing[455]);
    expect(typicalSpacing(spacing)).toBeLessThan(0.5 * spacing[455]);
  });
});

describe("lasso", () => {
  const star = Array.from({ length: 10 }, (_, at) => {
    const reach = at % 2 === 0 ? 3 : 1.2;
    return { x: reach * Math.cos((at * Math.PI) / 5), y: reach * Math.sin((at * Math.PI) / 5) };
  });

  test("selects exactly the points inside a star, as a plain even-odd test says", () => {
    const expected = all.filter((point) => evenOdd(star, places[2 * point], places[2 * point + 1]));
    expect(expected.length).toBeGreaterThan(100);
    expect(pointsInside(index, star).sort((a, b) => a - b)).toEqual(expected);
  });

  test("a long wobbling outline gives what the plain test gives", () => {
    const outline = Array.from({ length: 900 }, (_, at) => {
      const angle = (at / 900) * 2 * Math.PI;
      const reach = 2 + Math.sin(9 * angle) + 0.3 * Math.cos(31 * angle);
      return { x: reach * Math.cos(angle), y: reach * Math.sin(angle) };
    });
    expect(pointsInside(index, outline).sort((a, b) => a - b)).toEqual(
      all.filter((point) => evenOdd(outline, places[2 * point], places[2 * point + 1])),
    );
  });

  test("where an outline crosses itself, twice inside is outside", () => {
    const bow = [
      { x: 0, y: 0 },
      { x: 4, y: 4 },
      { x: 4, y: 0 },
      { x: 0, y: 4 },
    ];
    const inside = insideTest(bow);
    expect([inside?.(0.5, 2), inside?.(3.5, 2), inside?.(2, 0.5), inside?.(2, 3.5)]).toEqual([true, true, false, false]);
  });

  test("a line encloses nothing", () => {
    expect(
      pointsInside(index, [
        { x: 0, y: 0 },
        { x: 5, y: 5 },
      ]),
    ).toEqual([]);
    expect(
      insideTest([
        { x: 0, y: 1 },
        { x: 5, y: 1 },
        { x: 9, y: 1 },
      ]),
    ).toBeNull();
  });

  test("an outline grows only by steps that count", () => {
    const outline = [{ x: 0, y: 0 }];
    extendOutline(outline, { x: 1, y: 1 }, 3);
    extendOutline(outline, { x: 3, y: 0 }, 3);
    expect(outline).toEqual([
      { x: 0, y: 0 },
      { x: 3, y: 0 },
    ]);
  });
});

function evenOdd(outline: readonly { x: number; y: number }[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = outline.length - 1; at < outline.length; before = at++) {
    const [a, b] = [outline[at], outline[before]];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}
