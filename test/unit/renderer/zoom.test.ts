/** @file Zoom and pan as numbers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { clampPan, fitScale, fitted, toggleRealSize, zoomAt } from "../../../renderer/widgets/zoom.ts";

const picture = { width: 4000, height: 3000 };
const stage = { width: 800, height: 600 };

describe("zoom", () => {
  test("a picture fits; one smaller than the stage stays at its size, an icon grows at most eight times", () => {
    expect(fitScale(picture, stage)).toBe(0.2);
    expect(fitScale({ width: 400, height: 300 }, stage)).toBe(1);
    expect(fitScale({ width: 16, height: 16 }, stage)).toBe(8);
    // On a screen with two pixels per point, real size is half a point per pixel.
    expect(fitScale({ width: 400, height: 300 }, stage, 2)).toBe(0.5);
  });

  test("what is under the pointer stays under it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.1, max: 8, noNaN: true }),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: -200, max: 200 }),
        (factor, x, y) => {
          const before = zoomAt(fitted, { factor: 3, point: { x: 0, y: 0 }, picture, stage });
          const after = zoomAt(before, { factor, point: { x, y }, picture, stage });
          const under = (state: typeof before): [number, number] => [
            (x - state.x) / (state.scale ?? 1),
            (y - state.y) / (state.scale ?? 1),
          ];
          // Zooming in never meets an edge, so nothing is clamped.
          expect(under(after)[0]).toBeCloseTo(under(before)[0], 6);
          expect(under(after)[1]).toBeCloseTo(under(before)[1], 6);
        },
      ),
    );
  });

  test("zooming out ends at fitting, in the middle", () => {
    const near = zoomAt(fitted, { factor: 4, point: { x: 200, y: 100 }, picture, stage });
    expect(near.scale).toBeCloseTo(0.8);
    expect(zoomAt(near, { factor: 0.01, point: { x: 5, y: 5 }, picture, stage })).toEqual(fitted);
  });

  test("real size is one picture pixel per screen pixel, and back", () => {
    const options = { point: { x: 0, y: 0 }, picture, stage, pixelRatio: 2 };
    expect(toggleRealSize(fitted, options).scale).toBe(0.5);
    expect(toggleRealSize({ scale: 0.5, x: 9, y: 9 }, options)).toEqual(fitted);
    // Where fitting already is real size, the way in is twice that.
    expect(toggleRealSize(fitted, { point: { x: 0, y: 0 }, picture: { width: 300, height: 300 }, stage, pixelRatio: 1 }).scale).toBe(2);
  });

  test("a picture is never pulled off its stage", () => {
    // At scale 0.4 it is 1600 x 1200: 400 to spare on each side, 300 above and below.
    expect(clampPan({ scale: 0.4, x: 9999, y: -9999 }, picture, stage)).toEqual({ scale: 0.4, x: 400, y: -300 });
  });
});
