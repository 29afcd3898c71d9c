/** @file Night pictures whose brightness or contrast was changed until their ground was black: the change is found, the copy is one; another shot of the same sky is none. */
import sharp from "sharp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRandom, type Random } from "#engine/base/random.ts";
import { findCutOffTone, withTone } from "#engine/duplicates/align/cut-off-tone.ts";
import { comparePictures } from "#engine/duplicates/compare.ts";
import type { Picture } from "#engine/duplicates/picture.ts";

const [width, height] = [400, 300];

/** Faint clouds and stars on a dark ground, with the noise of a sensor in each pixel. */
function night(places: number, noise: number): Picture {
  const [random, grain] = [createRandom(places), createRandom(noise)];
  const stars = Array.from({ length: 90 }, () => star(random));
  const data = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const cloud = 14 + 10 * Math.sin(x / 37 + places) + 9 * Math.sin(y / 29 - x / 61);
    let light = cloud;
    for (const { left, top, size, power } of stars) {
      const squares = (x - left) ** 2 + (y - top) ** 2;
      if (squares < 30 * size) light += power * Math.exp(-squares / size);
    }
    for (let channel = 0; channel < 3; channel++)
      data[3 * at + channel] = Math.max(0, Math.min(255, light * (1 - 0.15 * channel) + 7 * grain.normal()));
  }
  return { width, height, data };
}

function star(random: Random): { left: number; top: number; size: number; power: number } {
  return { left: width * random.unit(), top: height * random.unit(), size: 4 + 40 * random.unit(), power: 60 + 190 * random.unit() };
}

async function saved(picture: Picture, gain: number, bias: number): Promise<Picture> {
  const image = sharp(Buffer.from(picture.data), { raw: { width, height, channels: 3 } }).linear(gain, bias);
  const bytes = await image.jpeg({ quality: 88 }).toBuffer();
  return { width, height, data: new Uint8Array(await sharp(bytes).raw().toBuffer()) };
}

const sky = night(3, 1);

describe("a change that cuts off", () => {
  test("is found to a few hundredths of the gain, from the fainter to the stronger", async () => {
    const stronger = await saved(sky, 1.2, 128 * (1 - 1.2));
    const tone = findCutOffTone(sky, stronger);
    expect(tone?.from).toBe("first");
    expect(tone?.gain).toBeCloseTo(1.2, 1);
    expect(findCutOffTone(stronger, sky)).toMatchObject({ from: "second", gain: tone?.gain });
  });

  test("is found to a level and a half though saving made black brighter", async () => {
    const dark = withTone(sky, { gain: 1, bias: -22, from: "first" });
    const tone = findCutOffTone(dark, await saved(dark, 1.2, -128 * 0.2));
    expect(Math.abs((tone?.gain ?? 0) - 1.2)).toBeLessThan(0.03);
    expect(Math.abs((tone?.bias ?? 0) + 128 * 0.2)).toBeLessThan(1.5);
  });

  test.each([
    [0.8, 128 * 0.2],
    [1.2, -128 * 0.2],
  ])("times %d and %d: so far moved that coarse colours tell nothing, it is the same picture", async (gain, bias) => {
    // The ground of this one is black already, but for its noise.
    const dark = withTone(sky, { gain: 1, bias: -22, from: "first" });
    const moved = await saved(dark, gain, bias);
    expect(comparePictures(dark, moved, { lookForEdits: true })).toMatchObject({ relation: "same-picture", toned: true });
    expect(comparePictures(night(4, 2), moved, { lookForEdits: true }).relation).not.toBe("same-picture");
  });

  test("is none where nothing is black or white, and where next to nothing was changed", async () => {
    const day = { ...sky, data: sky.data.map((value) => 60 + value / 2) };
    expect(findCutOffTone(day, await saved(day, 1.2, -20))).toBeNull();
    expect(findCutOffTone(sky, await saved(sky, 1, 0))).toBeNull();
    expect(findCutOffTone(sky, { width: height, height: width, data: sky.data })).toBeNull();
  });

  test("is made as programs make it, level by level", () => {
    const levels = fc.uint8Array({ minLength: 3, maxLength: 30 }).map((values) => values.subarray(0, 3 * Math.floor(values.length / 3)));
    fc.assert(
      fc.property(levels, fc.double({ min: 1, max: 1.4, noNaN: true }), fc.integer({ min: -60, max: 60 }), (data, gain, bias) => {
        const made = withTone({ width: data.length / 3, height: 1, data }, { gain, bias, from: "first" }).data;
        data.forEach((value, at) => {
          const exact = Math.max(0, Math.min(255, gain * value + bias));
          expect(Math.abs((made[at] as number) - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
        });
      }),
    );
  });
});

describe("the verdict on night pictures", () => {
  test.each([
    ["contrast", 1.2, -25.6],
    ["darker by a shift", 1, -16],
  ])("%s: one picture, in either order", async (_, gain, bias) => {
    const changed = await saved(sky, gain, bias);
    for (const [one, other] of [
      [sky, changed],
      [changed, sky],
    ] as const)
      expect(comparePictures(one, other, { lookForEdits: true })).toMatchObject({ relation: "same-picture", toned: true });
    expect(comparePictures(sky, changed).relation).toBeNull();
  });

  test("a second shot of the same sky, in other contrast, is another picture", async () => {
    const second = await saved(night(3, 2), 1.2, -25.6);
    expect(comparePictures(sky, second, { lookForEdits: true }).relation).toBeNull();
  });

  test("another sky is another picture", async () => {
    const other = await saved(night(4, 1), 1.2, -25.6);
    expect(comparePictures(sky, other, { lookForEdits: true }).relation).toBeNull();
  });
});
