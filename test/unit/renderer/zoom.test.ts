/** @file Zoom and pan as numbers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  boxAfterKey,
  boxInCell,
  clampPan,
  fitScale,
  fitted,
  pictureOnStage,
  shareOfPicture,
  toggleRealSize,
  zoomAt,
} from "../../../renderer/widgets/zoom.ts";

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

describe("boxes", () => {
  test("a fitted picture lies in the middle of its stage, a zoomed one where it was moved", () => {
    expect(pictureOnStage(fitted, { width: 4000, height: 2000 }, stage)).toEqual({ left: 0, top: 100, width: 800, height: 400 });
    expect(pictureOnStage({ scale: 1, x: 30, y: -20 }, picture, stage)).toEqual({ left: -1570, top: -1220, width: 4000, height: 3000 });
  });

  test("what is drawn is said in shares, in any direction, cut off at the picture's edges", () => {
    const place = { left: 0, top: 100, width: 800, height: 400 };
    const box = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
    expect(shareOfPicture({ x: 200, y: 200 }, { x: 600, y: 400 }, place)).toEqual(box);
    expect(shareOfPicture({ x: 600, y: 400 }, { x: 200, y: 200 }, place)).toEqual(box);
    expect(shareOfPicture({ x: -50, y: 0 }, { x: 400, y: 300 }, place)).toEqual({ left: 0, top: 0, width: 0.5, height: 0.5 });
    expect(shareOfPicture({ x: 0, y: 0 }, { x: 800, y: 90 }, place)).toBeNull();
    expect(shareOfPicture({ x: 5, y: 150 }, { x: 5, y: 300 }, place)).toBeNull();
  });

  test("a box drawn on the stage comes back to the same screen pixels at any zoom", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 4, noNaN: true }), fc.integer({ min: -200, max: 200 }), fc.integer({ min: -200, max: 200 }), (scale, x, y) => {
        const place = pictureOnStage({ scale, x, y }, picture, stage);
        const box = shareOfPicture({ x: 380, y: 290 }, { x: 420, y: 310 }, place);
        if (box === null) return;
        const right = place.left + (box.left + box.width) * place.width;
        expect(right).toBeCloseTo(Math.min(420, place.left + place.width), 6);
      }),
    ); // prettier-ignore
  });

  test("in a cell that the picture covers, what is cut off is cut off the box too", () => {
    const wide = { width: 400, height: 100 };
    const cell = { width: 100, height: 100 };
    // Covering a square, the middle quarter of it is seen.
    expect(boxInCell({ left: 0, top: 0, width: 1, height: 1 }, wide, cell, "cover")).toEqual({ left: 0, top: 0, width: 100, height: 100 });
    expect(boxInCell({ left: 0.5, top: 0.5, width: 0.125, height: 0.5 }, wide, cell, "cover")).toEqual({
      left: 50,
      top: 50,
      width: 50,
      height: 50,
    });
    expect(boxInCell({ left: 0, top: 0, width: 0.25, height: 1 }, wide, cell, "cover").width).toBe(0);
    expect(boxInCell({ left: 0.5, top: 0, width: 0.5, height: 1 }, wide, cell, "contain")).toEqual({
      left: 50,
      top: 37.5,
      width: 50,
      height: 25,
    });
  });

  test("keys move a box and size it, and it never leaves the picture", () => {
    const box = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
    expect(boxAfterKey(box, "ArrowRight", false)?.left).toBeCloseTo(0.27);
    expect(boxAfterKey(box, "ArrowUp", true)?.height).toBeCloseTo(0.48);
    expect(boxAfterKey(box, "Enter", false)).toBeNull();
    const keys = fc.array(fc.tuple(fc.constantFrom("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(keys, (pressed) => {
        const last = pressed.reduce((now, [key, sizes]) => boxAfterKey(now, key, sizes) ?? now, box);
        expect(Math.min(last.left, last.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(last.width, last.height)).toBeGreaterThan(0.01);
        expect(Math.max(last.left + last.width, last.top + last.height)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});
