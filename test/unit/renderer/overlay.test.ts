/** @file A copy laid over the kept picture: as the engine turns pictures, by the map it found, and the same whichever of the two is kept. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { orient, orientations, type Picture } from "#engine/duplicates/picture.ts";
import { scaleOf } from "#protocol/affine.ts";
import type { DuplicateMember, PictureEdit } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";
import { outlineOf, placeOver, transformOf, type Place } from "../../../renderer/views/duplicates/overlay.ts";

const member = (id: number, width: number, height: number): DuplicateMember => ({
  id: id as ImageId,
  path: `/${id}.jpg`,
  width,
  height,
  sizeBytes: 1,
  format: "jpeg",
  keep: id === 1,
  reason: "",
});
const edit = (some: Partial<PictureEdit>): PictureEdit => ({ orientation: 0, map: null, shared: { a: 1, b: 1 }, toned: false, grey: false, caption: 0, written: null, frame: false, ...some }); // prettier-ignore
const pair = (a: number, b: number, done?: PictureEdit) => ({
  pairs: [{ a: a as ImageId, b: b as ImageId, relation: "same-picture" as const, score: 0.9, ...(done ? { edit: done } : {}) }],
});
const apply = ([a, b, c, d, e, f]: Place, x: number, y: number): [number, number] => [a * x + b * y + c, d * x + e * y + f];

describe("where a copy lies", () => {
  test.each(orientations)("turned in way %i: each of its pixels over the one it came from", (orientation) => {
    const [width, height] = [5, 3];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.floor(at / 3));
    const picture: Picture = { width, height, data };
    const turned = orient(picture, orientation);
    const place = placeOver(pair(1, 2, edit({ orientation })), member(1, width, height), member(2, turned.width, turned.height));
    for (let y = 0; y < turned.height; y++)
      for (let x = 0; x < turned.width; x++) {
        const [u, v] = apply(place, x + 0.5, y + 0.5);
        expect(data[3 * (Math.floor(v) * width + Math.floor(u))]).toBe(turned.data[3 * (y * turned.width + x)]);
      }
  });

  test("saved at another size it is stretched over it; a crop lies where its map says", () => {
    expect(placeOver(pair(1, 2), member(1, 400, 300), member(2, 200, 150))).toEqual([2, 0, 0, 0, 2, 0]);
    const map = [1, 0, 30, 0, 1, 20];
    const crop = placeOver(pair(1, 2, edit({ map, shared: { a: 0.7, b: 1 } })), member(1, 400, 300), member(2, 340, 250));
    expect(crop).toEqual(map);
    expect(outlineOf(crop, { width: 400, height: 300 }, { width: 340, height: 250 })).toBe("polygon(7.500% 6.667%, 92.500% 6.667%, 92.500% 90.000%, 7.500% 90.000%)"); // prettier-ignore
    expect(transformOf(crop, 0.5, 0.25)).toBe("matrix(2.00000000, 0.00000000, 0.00000000, 2.00000000, 15.0000000, 10.0000000)");
  });

  test("there and back is where it was, for any map and way to lie", () => {
    const maps = fc.record({
      turn: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      scale: fc.double({ min: 0.3, max: 3, noNaN: true }),
      right: fc.integer({ min: -99, max: 99 }),
      way: fc.integer({ min: 0, max: 7 }),
      isMapped: fc.boolean(),
    });
    fc.assert(
      fc.property(maps, ({ turn, scale, right, way, isMapped }) => {
        const [cosine, sine] = [scale * Math.cos(turn), scale * Math.sin(turn)];
        const done = edit(isMapped ? { map: [cosine, -sine, right, sine, cosine, 7] } : { orientation: way });
        const [one, other] = [member(1, 400, 300), member(2, 320, 210)];
        const there = placeOver(pair(1, 2, done), one, other);
        const back = placeOver(pair(1, 2, done), other, one);
        const [x, y] = apply(back, ...apply(there, 12, 34));
        expect(Math.hypot(x - 12, y - 34)).toBeLessThan(1e-6);
        expect(scaleOf(there) * scaleOf(back)).toBeCloseTo(1, 9);
      }),
    );
  });
});
