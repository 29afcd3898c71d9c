/** @file Edited copies are found for what they are, and what two shots of a camera show is not. Pictures are drawn, edits are made by sharp and saved as JPEG. */
import { scaleOf, turnOf } from "#protocol/affine.ts";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { compareAligned, type AlignedMatch } from "#engine/duplicates/align/compare-aligned.ts";
import { comparePictures } from "#engine/duplicates/compare.ts";
import type { Picture } from "#engine/duplicates/picture.ts";
import { paint, photoPaint, withGrain } from "./drawn-pictures.ts";

const [width, height] = [480, 360];
const photoPaint5 = photoPaint(5);
const photo = paint(width, height, photoPaint5);
const raw = rawOf(photo);

function rawOf(picture: Picture): Sharp {
  return sharp(Buffer.from(picture.data), { raw: { width: picture.width, height: picture.height, channels: 3 } });
}

async function saved(edited: Sharp): Promise<Picture> {
  const bytes = await edited.jpeg({ quality: 85 }).toBuffer();
  const { data, info } = await sharp(bytes).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  if (info.channels === 3) return { ...size, data: new Uint8Array(data) };
  const spread = new Uint8Array(3 * size.width * size.height);
  data.forEach((value, at) => spread.fill(value, 3 * at, 3 * at + 3));
  return { ...size, data: spread };
}

function found(first: Picture, second: Picture): AlignedMatch {
  const match = compareAligned(first, second);
  if (match === null) throw new Error("not found");
  return match;
}

/** A glow and some stars on black ground. */
const sky = ((): Picture => {
  const random = createRandom(31);
  const stars = Array.from({ length: 24 }, () => [width * random.unit(), height * random.unit(), 1 + 2 * random.unit()] as const);
  return paint(width, height, (x, y) => {
    let light = 60 * Math.exp(-(((x - 300) / 90) ** 2 + ((y - 120) / 60) ** 2)) - 4;
    for (const [left, top, size] of stars) light += 230 * Math.exp(-(((x - left) / size) ** 2 + ((y - top) / size) ** 2));
    return [light, 0.9 * light, 0.8 * light];
  });
})();

test("a mirrored night sky is the same picture, a mirrored drawing on black is another", async () => {
  expect(comparePictures(sky, await saved(rawOf(sky).flop()))).toMatchObject({ relation: "same-picture", orientation: 4 });
  const strokes = `<svg width="${width}" height="${height}"><rect width="100%" height="100%"/><path d="M 180 120 L 310 180 L 180 240 Z" fill="#4a4"/><path d="M 200 160 L 240 180 L 200 200 Z" fill="#dd3"/></svg>`;
  const drawing = await saved(sharp(Buffer.from(strokes)).removeAlpha());
  expect(comparePictures(drawing, await saved(rawOf(drawing).flop())).relation).toBeNull();
});

describe("edited copies", () => {
  test("a crop: how it lies, to a pixel of the file", async () => {
    const { differences } = found(photo, await saved(raw.clone().extract({ left: 30, top: 20, width: 420, height: 315 })));
    expect(scaleOf(differences.affine)).toBeCloseTo(1, 2);
    expect(differences.affine[2]).toBeCloseTo(30, 0);
    expect(differences.affine[5]).toBeCloseTo(20, 0);
    expect(differences.shared.second).toBeGreaterThan(0.95);
    expect(differences.shared.first).toBeCloseTo((420 * 315) / (480 * 360), 1);
    expect(differences).toMatchObject({ toned: false, grey: false, caption: 0, frame: false });
  });

  test("a crop made smaller, in either order", async () => {
    const crop = await saved(raw.clone().extract({ left: 0, top: 40, width: 400, height: 300 }).resize(320, 240));
    expect(scaleOf(found(photo, crop).differences.affine)).toBeCloseTo(1.25, 2);
    expect(scaleOf(found(crop, photo).differences.affine)).toBeCloseTo(0.8, 2);
  });

  test.each([3, -7])("a tilt of %d degrees", async (degrees) => {
    const { differences } = found(photo, await saved(raw.clone().rotate(degrees, { background: "#000" })));
    expect((turnOf(differences.affine) * 180) / Math.PI).toBeCloseTo(-degrees, 1);
    expect(differences.frame).toBe(true);
  });

  test("a frame around it", async () => {
    const { differences } = found(photo, await saved(raw.clone().extend({ top: 24, bottom: 24, left: 24, right: 24, background: "#222" })));
    expect(differences.affine[2]).toBeCloseTo(-24, 0);
    expect(differences.shared.first).toBeGreaterThan(0.95);
    expect(differences.frame).toBe(true);
  });

  test.each([0.8, 1.25])("brightness times %d, cut off at white", async (gain) => {
    expect(found(photo, await saved(raw.clone().linear(gain, 0))).differences).toMatchObject({ toned: true, grey: false, caption: 0 });
  });

  test("without its colour", async () => {
    expect(found(photo, await saved(raw.clone().greyscale())).differences).toMatchObject({ grey: true, caption: 0 });
  });

  describe("with words over it", () => {
    const words = (x: number, y: number, fill: string): Buffer =>
      Buffer.from(
        `<svg width="${width}" height="${height}"><text x="${x}" y="${y}" font-size="30" fill="${fill}">Summer 2024</text></svg>`,
      );

    test.each([
      [60, 200, "white"],
      [150, 330, "#ff2"],
      [20, 60, "black"],
    ])("at %i, %i in %s: the same picture, and which of the two it is written on", async (x, y, fill) => {
      const captioned = await saved(raw.clone().composite([{ input: words(x, y, fill) }]));
      const { differences } = found(photo, captioned);
      expect(differences.caption).toBeGreaterThan(0);
      expect(differences.caption).toBeLessThan(0.07);
      expect(differences.written).toBe("second");
      expect(found(captioned, photo).differences.written).toBe("first");
      expect(comparePictures(photo, captioned, { lookForEdits: true }).relation).toBe("same-picture");
    });

    test("a small thing of one colour that came into view is no caption: the same scene", async () => {
      const thing = Buffer.from(
        `<svg width="${width}" height="${height}"><path d="M 90 200 l 40 -30 l 10 6 l -34 34 z M 150 150 l 6 50 l -6 4 z" fill="white"/></svg>`,
      );
      const other = await saved(raw.clone().composite([{ input: thing }]));
      expect(comparePictures(photo, other, { lookForEdits: true }).relation).not.toBe("same-picture");
    });

    test("a large one", async () => {
      const large = words(40, 200, "white").toString().replace('font-size="30"', 'font-size="42"');
      const captioned = await saved(raw.clone().composite([{ input: Buffer.from(large) }]));
      const { differences } = found(photo, captioned);
      expect(differences.caption).toBeGreaterThan(0.07);
      expect(differences.isCaptionSure).toBe(true);
    });

    test("over a night sky: its black ground makes no drawing of it", async () => {
      const captioned = await saved(rawOf(sky).composite([{ input: words(60, 300, "white") }]));
      expect(comparePictures(sky, captioned, { lookForEdits: true })).toMatchObject({
        relation: "same-picture",
        differences: { written: "second", isCaptionSure: true },
      });
    });

    test("over what is as bright as paper: no form is filled in with what is brighter", async () => {
      const bright = paint(width, height, (x, y) => photoPaint5(x, y).map((value) => 158 + 0.4 * value) as [number, number, number]);
      for (const fill of ["white", "#ff0"]) {
        const captioned = await saved(rawOf(bright).composite([{ input: words(60, 200, fill) }]));
        expect(comparePictures(bright, captioned, { lookForEdits: true })).toMatchObject({ relation: "same-picture", differences: { isCaptionSure: true } }); // prettier-ignore
      }
      const filled = await saved(rawOf(bright).composite([{ input: words(60, 200, "#114") }]));
      expect(comparePictures(bright, filled, { lookForEdits: true }).relation).not.toBe("same-picture");
    });

    test("in letters that run into each other at first sight", async () => {
      const [wide, high] = [1000, 750];
      const large = paint(wide, high, (x, y) => photoPaint5(x / 2, y / 2));
      const small = Buffer.from(`<svg width="${wide}" height="${high}"><text x="100" y="400" font-size="32" font-weight="bold" fill="white">Summermill</text></svg>`); // prettier-ignore
      const sources = { sourceWidth: wide, sourceHeight: high };
      const reduced = async (image: Sharp): Promise<Picture> => ({ ...(await saved(sharp(await image.png().toBuffer()).resize(512, 384))), ...sources }); // prettier-ignore
      const [plain, captioned] = [await reduced(rawOf(large)), await reduced(rawOf(large).composite([{ input: small }]))];
      expect(comparePictures(plain, captioned, { lookForEdits: true }).relation).toBe("same-picture");
    });

    describe("with a thing on white ground that fills less than half of the picture", () => {
      const onWhite = paint(width, height, (x, y) => (Math.hypot(x - 240, 1.6 * (y - 180)) < 150 ? photoPaint5(x, y) : [255, 255, 255]));
      const relationOf = async (plain: Picture, line: Buffer, lossless = false): Promise<string | null> => {
        const captioned = await saved(rawOf(plain).composite([{ input: line }]));
        const [one, other] = [plain, captioned].map((picture) => ({ ...picture, lossless })) as [Picture, Picture];
        return comparePictures(one, other, { lookForEdits: true }).relation;
      };

      test("over it, and beside it as the only line there is: the same picture", async () => {
        expect(await relationOf(onWhite, words(170, 190, "#ff2"))).toBe("same-picture");
        expect(await relationOf(onWhite, words(20, 350, "#ff2"))).toBe("same-picture");
      });

      test("beside it where it has a line already, as slides have: the same scene", async () => {
        const title = `<svg width="${width}" height="${height}"><text x="20" y="30" font-size="22" fill="#259">What was measured</text></svg>`;
        const slide = await saved(rawOf(onWhite).composite([{ input: Buffer.from(title) }]));
        expect(await relationOf(slide, words(20, 350, "#ff2"))).toBe("same-scene");
        expect(await relationOf(slide, words(170, 190, "#ff2"))).toBe("same-picture");
      });

      test("beside it in files kept without loss, as drawings of a set are: the same scene", async () => {
        expect(await relationOf(onWhite, words(20, 350, "#ff2"), true)).toBe("same-scene");
      });
    });

    test("in letters of a few pixels, of which a part cannot be seen", async () => {
      const [wide, high] = [308, 173];
      const small = (text: string, x: number, fill: string): Buffer =>
        Buffer.from(`<svg width="${wide}" height="${high}"><text x="${x}" y="90" font-size="12" fill="${fill}">${text}</text></svg>`);
      const inked = (fill: string) => saved(rawOf(little).composite([{ input: small("Holiday 2024", 70, fill) }]));
      const little = paint(wide, high, (x, y) => (x > 106 ? photoPaint5(1.5 * x, 1.5 * y) : [255, 255, 255]));
      for (const fill of ["white", "#ff0"])
        expect(comparePictures(little, await inked(fill), { lookForEdits: true })).toMatchObject({ relation: "same-picture", differences: { written: "second", isCaptionSure: true } }); // prettier-ignore
      // As wide, and no letters.
      const bar = Buffer.from(`<svg width="${wide}" height="${high}"><rect x="110" y="82" width="36" height="9" fill="white"/></svg>`);
      expect(comparePictures(little, await saved(rawOf(little).composite([{ input: bar }])), { lookForEdits: true }).relation).not.toBe("same-picture"); // prettier-ignore
    });

    test("a dark screen with one line more is another screen", async () => {
      const random = createRandom(32);
      const screen = paint(width, height, () => [12, 12, 12]);
      const letters = Array.from({ length: 12 }, (_, line) =>
        Array.from({ length: 26 }, () => String.fromCharCode(97 + random.below(26)))
          .join("")
          .replace(/^/u, line % 3 === 0 ? "  " : ""),
      );
      const drawn = `<svg width="${width}" height="${height}">${letters.map((text, line) => `<text x="12" y="${20 + 16 * line}" font-family="monospace" font-size="13" fill="#ccc">${text}</text>`).join("")}</svg>`;
      const before = await saved(rawOf(screen).composite([{ input: Buffer.from(drawn) }]));
      const after = await saved(rawOf(before).composite([{ input: words(60, 300, "#ccc") }]));
      expect(comparePictures(before, after, { lookForEdits: true }).relation).not.toBe("same-picture");
    });

    test("a form that was filled in is another page", async () => {
      const page = paint(width, height, (x, y) => {
        const isLine = y % 40 < 2 && x > 40 && x < 440;
        const isLetter = y % 40 > 12 && y % 40 < 22 && x > 40 && x < 200 && (x * 7 + (y >> 4) * 31) % 11 < 4;
        return isLine || isLetter ? [40, 40, 40] : [252, 252, 252];
      });
      const sheet = sharp(Buffer.from(page.data), { raw: { width, height, channels: 3 } });
      const filled = await saved(sheet.clone().composite([{ input: words(230, 190, "#114") }]));
      expect(comparePictures(page, filled, { lookForEdits: true }).relation).not.toBe("same-picture");
    });
  });

  test("the whole comparison finds them only where it is asked to, and never among icons", async () => {
    const crop = await saved(raw.clone().extract({ left: 30, top: 20, width: 420, height: 315 }));
    expect(comparePictures(photo, crop, { lookForEdits: true })).toMatchObject({ relation: "same-picture", differences: { grey: false } });
    expect(comparePictures(photo, crop).relation).toBeNull();
    const icons = [photo, crop].map((picture) => ({ ...picture, sourceWidth: 120, sourceHeight: 90 })) as [Picture, Picture];
    expect(comparePictures(...icons, { lookForEdits: true }).relation).toBeNull();
  });
});

describe("what is no copy", () => {
  const scene = photoPaint(9);
  const shot = (dx: number, dy: number, grain: number, turn = 0, zoom = 1): Picture =>
    withGrain(
      paint(width, height, (x, y) => {
        const [u, v] = [(x - width / 2) * zoom, (y - height / 2) * zoom];
        return scene(u * Math.cos(turn) - v * Math.sin(turn) + dx + width / 2, u * Math.sin(turn) + v * Math.cos(turn) + dy + height / 2);
      }),
      2,
      grain,
    );

  test.each([
    ["moved", shot(14, 3, 2)],
    ["turned by a third of a degree", shot(0, 0, 2, 0.006)],
    ["a hundredth nearer", shot(0, 0, 2, 0, 0.99)],
    ["only with grain of its own", shot(0, 0, 2)],
  ])("a second shot, %s", (_name, second) => {
    expect(compareAligned(shot(0, 0, 1), second)).toBeNull();
  });

  test("another picture", () => {
    expect(compareAligned(photo, paint(width, height, photoPaint(6)))).toBeNull();
  });

  test("a thing that moved, though it is of one colour", async () => {
    const disc = (x: number): Sharp =>
      raw
        .clone()
        .composite([
          { input: Buffer.from(`<svg width="${width}" height="${height}"><circle cx="${x}" cy="180" r="32" fill="#c33"/></svg>`) },
        ]);
    expect(compareAligned(await saved(disc(200)), await saved(disc(240)))).toBeNull();
  });

  test("a part of it replaced by something else", async () => {
    const patch = await sharp(Buffer.from(paint(90, 60, photoPaint(77)).data), { raw: { width: 90, height: 60, channels: 3 } })
      .png()
      .toBuffer();
    expect(compareAligned(photo, await saved(raw.clone().composite([{ input: patch, left: 200, top: 120 }])))).toBeNull();
  });

  test("a copy that is stretched by a hundredth", async () => {
    expect(
      compareAligned(
        photo,
        await saved(raw.clone().extract({ left: 20, top: 20, width: 430, height: 320 }).resize(434, 320, { fit: "fill" })),
      ),
    ).toBeNull();
  });
});
