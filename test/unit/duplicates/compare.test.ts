/** @file The verdict on two pictures: saved again is the same picture, and the traps are not. */
import { describe, expect, test } from "vitest";

import { comparePictures } from "#engine/duplicates/compare.ts";
import { pixelsIdentical } from "#engine/duplicates/identical.ts";
import { orient, orientations } from "#engine/duplicates/picture.ts";
import type { Picture } from "#engine/duplicates/picture.ts";
import { paint, photoPaint, savings, saveAgain, textPage, withGrain } from "./drawn-pictures.ts";
import type { Paint } from "./drawn-pictures.ts";

const photo = withGrain(paint(480, 360, photoPaint(1)), 2, 1);

function disc(colour: readonly [number, number, number], radius = 60): Paint {
  return (x, y) => (Math.hypot(x - 128, y - 128) < radius ? colour : (x - 128) ** 2 + (y - 60) ** 2 < 90 ? [80, 60, 40] : [255, 255, 255]);
}

function icon(glyph: (x: number, y: number) => boolean): Picture {
  return paint(64, 64, (x, y) => {
    if (x < 4 || y < 4 || x > 59 || y > 59) return [90, 110, 160];
    return glyph(x - 32, y - 32) ? [40, 60, 120] : [235, 240, 250];
  });
}

describe("one picture saved again", () => {
  const pictures: [string, Picture][] = [
    ["photo", photo],
    ["small photo", paint(90, 70, photoPaint(5))],
    ["drawing", paint(256, 256, disc([200, 40, 40]))],
    ["text page", textPage(Array.from({ length: 190 }, (_, index) => index))],
    ["icon", icon((x, y) => Math.abs(x) + Math.abs(y) < 18)],
  ];
  for (const [name, picture] of pictures) {
    for (const saving of savings) {
      test(`${name}, ${saving}`, async () => {
        const saved = await saveAgain(picture, saving);
        for (const verdict of [comparePictures(picture, saved), comparePictures(saved, picture)]) {
          expect(verdict).toMatchObject({ relation: "same-picture", orientation: 0 });
          expect(verdict.score).toBeGreaterThan(0.65);
        }
        expect(comparePictures(picture, saved).scale).toBeCloseTo(saving.startsWith("half") ? 0.5 : 1, 2);
      });
    }
  }

  test("a photo turned or mirrored, in each of eight ways", async () => {
    const saved = await saveAgain(photo, "jpeg 60");
    for (const orientation of orientations) {
      expect(comparePictures(saved, orient(photo, orientation))).toMatchObject({ relation: "same-picture", orientation });
    }
  });

  test("a photo that is sky for two thirds, and one of lights in the dark, mirrored", async () => {
    const detail = photoPaint(9);
    const underSky = withGrain(
      paint(480, 360, (x, y) => (y < 230 ? [150 + y / 8, 180, 230 - y / 6] : detail(x, y))),
      1,
      4,
    );
    const lights = withGrain(
      paint(480, 360, (x, y) => (Math.hypot(x - 200, y - 190) < 110 ? detail(x, y) : [4, 4, 6])),
      1,
      5,
    );
    for (const picture of [underSky, lights])
      expect(comparePictures(await saveAgain(picture, "jpeg 60"), orient(picture, 4))).toMatchObject({
        relation: "same-picture",
        orientation: 4,
      });
  });

  test("a photo made a little brighter", () => {
    const brighter = { ...photo, data: photo.data.map((value) => Math.min(255, Math.round(value * 1.06 + 4))) };
    expect(comparePictures(photo, brighter)).toMatchObject({ relation: "same-picture", toned: true });
  });
});

describe("traps: not the same picture", () => {
  test("a red and a green apple of the same grey", () => {
    // 0.299 * 200 + 0.587 * 40 + 0.114 * 40 = 87.84; 0.299 * 20 + 0.587 * 135 + 0.114 * 23 = 87.85
    const red = paint(256, 256, disc([200, 40, 40]));
    const green = paint(256, 256, disc([20, 135, 23]));
    expect(comparePictures(red, green, { lookForScene: true }).relation).toBeNull();
  });

  test("icons of one set", () => {
    const plus = icon((x, y) => (Math.abs(x) < 4 && Math.abs(y) < 16) || (Math.abs(y) < 4 && Math.abs(x) < 16));
    const minus = icon((x, y) => Math.abs(y) < 4 && Math.abs(x) < 16);
    const cross = icon((x, y) => (Math.abs(x - y) < 6 || Math.abs(x + y) < 6) && Math.abs(x) < 14 && Math.abs(y) < 14);
    for (const [one, other] of [
      [plus, minus],
      [plus, cross],
      [minus, cross],
    ] as const) {
      expect(comparePictures(one, other, { lookForScene: true }).relation).toBeNull();
    }
  });

  test("stars of 67 and of 73 points, one saved as JPEG, one at half size", async () => {
    const star = (points: number): Picture =>
      paint(100, 100, (x, y) => {
        const [dx, dy] = [x - 49.5, y - 49.5];
        const edge = 28 + 18 * Math.abs(((Math.atan2(dy, dx) * points) / Math.PI) % 2);
        const inked = Math.hypot(dx, dy) < 47 && Math.hypot(dx, dy) < edge;
        return inked ? [0, 0, 0] : [255, 255, 255];
      });
    expect(comparePictures(await saveAgain(star(67), "jpeg 60"), await saveAgain(star(73), "half")).relation).toBeNull();
    expect(comparePictures(await saveAgain(star(67), "jpeg 60"), await saveAgain(star(67), "half")).relation).toBe("same-picture");
  });

  test("an arrow to the left and one to the right", () => {
    const left = icon((x, y) => x > -16 && x < 16 && Math.abs(y) < (x < 0 ? x + 16 : 5));
    expect(comparePictures(left, orient(left, 4)).relation).toBeNull();
  });

  test("a large drawing on white and its mirror image: two icons of a set", () => {
    const detail = photoPaint(9);
    const onWhite = (paintThing: Paint) =>
      paint(256, 256, (x, y) => (x > 30 && x < 210 && Math.abs(y - 128) < (x - 30) / 2 ? paintThing(x, y) : [255, 255, 255]));
    const large = { ...onWhite(detail), lossless: true };
    expect(comparePictures(large, { ...orient(large, 4), lossless: true }).relation).toBeNull();
    // However they are kept: what is evenly shaded within its outline is drawn.
    const shaded = onWhite((x, y) => [x, y, 128]);
    expect(comparePictures(shaded, orient(shaded, 4)).relation).toBeNull();
  });

  test("a thing that was photographed on white and its mirror image: one photo", async () => {
    const detail = photoPaint(9);
    const thing = paint(320, 240, (x, y) => (Math.hypot(x - 150, 1.3 * (y - 118)) < 96 + 20 * Math.sin(x / 23) ? detail(2 * x, 2 * y) : [255, 255, 255])); // prettier-ignore
    const mirrored = orient(await saveAgain(thing, "jpeg 60"), 4);
    expect(comparePictures(thing, mirrored)).toMatchObject({ relation: "same-picture", orientation: 4 });
    expect(comparePictures({ ...thing, lossless: true }, mirrored).relation).toBe("same-picture");
    expect(comparePictures({ ...thing, lossless: true }, { ...mirrored, lossless: true }).relation).toBeNull();
  });

  test("text pages that differ in one word", async () => {
    const words = Array.from({ length: 190 }, (_, index) => index);
    const other = words.with(70, 7000);
    expect(comparePictures(textPage(words), textPage(other)).relation).toBeNull();
    expect(comparePictures(await saveAgain(textPage(words), "half"), textPage(other)).relation).toBeNull();
  });

  test("neighbouring frames: something moved", () => {
    const background = photoPaint(3);
    const frame = (at: number): Picture => paint(480, 360, (x, y) => (Math.hypot(x - at, y - 200) < 14 ? [180, 60, 50] : background(x, y)));
    expect(comparePictures(frame(200), frame(205)).relation).toBeNull();
    expect(comparePictures(frame(200), frame(205), { lookForScene: true }).relation).toBe("same-scene");
  });

  test("two exposures of a still scene: the grain is another", () => {
    const scene = paint(480, 360, (x, y) =>
      x > 200 && x < 300 && y > 100 && y < 300 ? [190, 180, 170] : [70 + x / 8, 80 + x / 8, 90 + x / 8],
    );
    expect(comparePictures(withGrain(scene, 3, 1), withGrain(scene, 3, 2)).relation).toBeNull();
  });

  test("burst shots: the camera moved", () => {
    const background = photoPaint(4);
    const shot = (dx: number, dy: number, seed: number): Picture =>
      withGrain(
        paint(480, 360, (x, y) => background(x + dx, y + dy)),
        2,
        seed,
      );
    expect(comparePictures(shot(0, 0, 1), shot(7, 3, 2)).relation).toBeNull();
    expect(comparePictures(shot(0, 0, 1), shot(7, 3, 2), { lookForScene: true }).relation).toBe("same-scene");
  });

  test("two slices of a scan", () => {
    const slice = (z: number): Picture =>
      paint(256, 256, (x, y) => {
        const r = Math.hypot((x - 128) / 1.1, y - 128);
        const grey = r > 90 ? 0 : r > 82 ? 220 : 90 + 40 * Math.sin(x / 9 + z) * Math.cos(y / 11 - z / 2);
        return [grey, grey, grey];
      });
    expect(comparePictures(slice(0), slice(0.35)).relation).toBeNull();
  });

  test("X-rays with the same black border", () => {
    const film = (seed: number): Picture => {
      const inside = photoPaint(seed);
      return paint(400, 300, (x, y) => {
        const [grey] = x < 60 || x > 340 || y < 40 || y > 260 ? [0] : inside(x, y);
        return [grey, grey, grey];
      });
    };
    expect(comparePictures(film(10), film(11), { lookForScene: true }).relation).toBeNull();
  });

  test("nearly blank pages: a speck makes them two", () => {
    const blank = paint(300, 400, () => [250, 250, 250]);
    const speck = paint(300, 400, (x, y) => (Math.hypot(x - 90, y - 120) < 4 ? [120, 120, 120] : [250, 250, 250]));
    const smaller = paint(150, 200, () => [250, 250, 250]);
    expect(comparePictures(blank, speck).relation).toBeNull();
    expect(comparePictures(blank, smaller).relation).toBeNull();
    expect(
      comparePictures(
        blank,
        paint(300, 400, () => [250, 250, 250]),
      ).relation,
    ).toBe("same-picture");
  });

  test("two lossless files of one size that differ by a little everywhere", () => {
    const other = { ...photo, data: photo.data.map((value, index) => value + (index % 7 === 0 && value < 240 ? 12 : 0)) };
    expect(comparePictures({ ...photo, lossless: true }, { ...other, lossless: true }).relation).toBeNull();
  });

  test("other proportions", async () => {
    expect(comparePictures(photo, { ...(await saveAgain(photo, "half")), width: 200, height: 216 }).relation).toBeNull();
  });
});

test("pixelsIdentical tells the last bit", () => {
  const copy = { ...photo, data: photo.data.slice() };
  expect(pixelsIdentical(photo, copy)).toBe(true);
  copy.data[copy.data.length - 1]! ^= 1;
  expect(pixelsIdentical(photo, copy)).toBe(false);
  expect(pixelsIdentical(photo, { ...photo, width: photo.height, height: photo.width })).toBe(false);
});
