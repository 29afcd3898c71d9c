/** @file The map's camera: what a person holds on to stays put, and everything fits that should. */
import { describe, expect, test } from "vitest";

import {
  between,
  boundsOf,
  clipMatrix,
  fit,
  inSight,
  panBy,
  toMap,
  toScreen,
  zoomAt,
  type Camera,
} from "../../../renderer/map-view/camera.ts";

const size = { width: 800, height: 600 };
const camera: Camera = { x: 3, y: -2, scale: 50 };

describe("camera", () => {
  test("the middle of the window is the camera's point, y points down", () => {
    expect(toScreen(camera, size, { x: 3, y: -2 })).toEqual({ x: 400, y: 300 });
    expect(toScreen(camera, size, { x: 4, y: -1 })).toEqual({ x: 450, y: 350 });
  });

  test("to the map and back is the same spot", () => {
    const there = toScreen(camera, size, toMap(camera, size, { x: 17, y: 533 }));
    expect(there.x).toBeCloseTo(17, 9);
    expect(there.y).toBeCloseTo(533, 9);
  });

  test("panning moves what is seen by the pixels of the drag", () => {
    const before = toScreen(camera, size, { x: 1, y: 1 });
    const after = toScreen(panBy(camera, 30, -12), size, { x: 1, y: 1 });
    expect(after.x - before.x).toBeCloseTo(30, 9);
    expect(after.y - before.y).toBeCloseTo(-12, 9);
  });

  test.for([1.5, 0.2, 40])("zooming by %d keeps the point under the pointer there", (factor) => {
    const at = { x: 120, y: 480 };
    const held = toMap(camera, size, at);
    const next = zoomAt(camera, size, { at, factor, limits: [1e-3, 1e9] });
    expect(next.scale).toBeCloseTo(50 * factor, 9);
    expect(toScreen(next, size, held).x).toBeCloseTo(at.x, 6);
    expect(toScreen(next, size, held).y).toBeCloseTo(at.y, 6);
  });

  test("at a limit zooming stops and moves nothing", () => {
    const at = { x: 10, y: 10 };
    const once = zoomAt(camera, size, { at, factor: 100, limits: [1, 60] });
    expect(once.scale).toBe(60);
    const again = zoomAt(once, size, { at, factor: 3, limits: [1, 60] });
    expect(again.x).toBeCloseTo(once.x, 12);
    expect(again.scale).toBe(60);
  });

  test("fitting shows all of the bounds inside the padding, touching it on the tighter axis", () => {
    const bounds = { left: -4, top: 0, right: 16, bottom: 5 };
    const fitted = fit(bounds, size, { padding: 50 });
    expect(toScreen(fitted, size, { x: -4, y: 2.5 })).toEqual({ x: 50, y: 300 });
    expect(toScreen(fitted, size, { x: 16, y: 2.5 }).x).toBeCloseTo(750, 9);
    expect(toScreen(fitted, size, { x: 0, y: 0 }).y).toBeGreaterThan(50);
  });

  test("a single point is not blown up", () => {
    expect(fit({ left: 2, top: 2, right: 2, bottom: 2 }, size, { largestScale: 90 })).toEqual({ x: 2, y: 2, scale: 90 });
  });

  test("what is in sight is the window, and a margin in pixels", () => {
    expect(inSight(camera, size, 50)).toEqual({ left: 3 - 9, right: 3 + 9, top: -2 - 7, bottom: -2 + 7 });
  });

  test("half way between two zooms round one spot that spot has not moved", () => {
    const at = { x: 700, y: 90 };
    const to = zoomAt(camera, size, { at, factor: 16, limits: [1e-3, 1e9] });
    const middle = between(camera, to, 0.5);
    expect(middle.scale).toBeCloseTo(200, 9);
    const held = toScreen(middle, size, toMap(camera, size, at));
    expect(held.x).toBeCloseTo(700, 6);
    expect(held.y).toBeCloseTo(90, 6);
    expect(between(camera, to, 1)).toBe(to);
  });

  test("the matrix takes the window's corners to the corners of clip space", () => {
    const m = clipMatrix(camera, size);
    const clip = (x: number, y: number): number[] => [m[0] * x + m[3] * y + m[6], m[1] * x + m[4] * y + m[7]];
    const { left, top, right, bottom } = inSight(camera, size);
    expect(clip(left, top).map((value) => Math.round(value * 1e5) / 1e5)).toEqual([-1, 1]);
    expect(clip(right, bottom).map((value) => Math.round(value * 1e5) / 1e5)).toEqual([1, -1]);
  });

  test("bounds leave out points without a place; none at all gives null", () => {
    expect(boundsOf(Float32Array.of(1, 2, NaN, NaN, -3, 8))).toEqual({ left: -3, top: 2, right: 1, bottom: 8 });
    expect(boundsOf(Float32Array.of(1, 2, 5, 5, -3, 8), [0, 1])).toEqual({ left: 1, top: 2, right: 5, bottom: 5 });
    expect(boundsOf(Float32Array.of(NaN, NaN))).toBeNull();
  });
});
