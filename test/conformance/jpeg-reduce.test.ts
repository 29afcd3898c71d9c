/**
 * @file jpegReduce: every implementation gives the bytes of the twin, on whole files and on damaged ones; and what it gives is what libjpeg's
 * full picture gives when its blocks are averaged.
 */
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";

import { twins, type KernelTable } from "#native/kernels.ts";

import { drawPicture, samplings, withRestarts, writeJpeg, type Sampling } from "./jpeg-files.ts";
import { variants } from "./variants.ts";

interface Reduced {
  readonly done: number;
  readonly target: Uint8Array;
  readonly grey: Uint8Array;
}

interface Wish {
  readonly width: number;
  readonly height: number;
  readonly factor: number;
}

const names = Object.keys(samplings) as Sampling[];
const sizes = [
  [64, 48], [65, 33], [7, 5], [200, 131], [16, 100],
] as const; // prettier-ignore

describe.each(variants)("$name", ({ kernels }) => {
  test.each(names)("%s: the twin's bytes for every size, factor and rectangle", (sampling) => {
    for (const [width, height] of sizes)
      for (const quality of [35, 88, 100]) {
        const jpeg = writeJpeg(drawPicture(width, height), sampling, quality);
        for (const factor of [2, 4, 8]) {
          const found = reduce(kernels, jpeg, { width, height, factor });
          const expected = reduce(twins, jpeg, { width, height, factor });
          expect(found.done).toBe(1);
          expect(found).toEqual(expected);
        }
      }
  });

  test.each(names)("%s: means of the blocks of libjpeg's full picture, luma as libjpeg has it", async (sampling) => {
    const { width, height } = { width: 200, height: 131 };
    const jpeg = writeJpeg(drawPicture(width, height), sampling, 90);
    const full = await sharp(jpeg).toColourspace("srgb").raw().toBuffer();
    const rgb = full.length === width * height ? Buffer.from([...full].flatMap((grey) => [grey, grey, grey])) : full;
    for (const factor of [2, 4, 8]) {
      const { done, target, grey } = reduce(kernels, jpeg, { width, height, factor });
      expect(done).toBe(1);
      const inner = { across: Math.floor(width / factor), down: Math.floor(height / factor), stride: Math.ceil(width / factor) };
      const { worst, mean } = differences(target, rgb, { ...inner, factor, width });
      expect(worst).toBeLessThanOrEqual(3);
      expect(mean).toBeLessThanOrEqual(0.6);
      const luma = Uint8Array.from({ length: width * height }, (_, at) =>
        Math.round(0.299 * (rgb[at * 3] as number) + 0.587 * (rgb[at * 3 + 1] as number) + 0.114 * (rgb[at * 3 + 2] as number)),
      );
      const { left, top, across, down } = rectangleOf(width, height);
      for (let y = 0; y < down; y++)
        for (let x = 0; x < across; x++)
          expect(Math.abs((grey[y * across + x] as number) - (luma[(top + y) * width + left + x] as number))).toBeLessThanOrEqual(2);
    }
  });

  test("restart markers, wherever they fall", () => {
    for (const sampling of ["4:2:0", "4:4:4", "grey"] as const) {
      const jpeg = writeJpeg(drawPicture(130, 75), sampling, 80);
      const expected = reduce(twins, jpeg, { width: 130, height: 75, factor: 4 });
      for (const every of [1, 3, 9, 1000])
        expect(reduce(kernels, withRestarts(jpeg, every), { width: 130, height: 75, factor: 4 })).toEqual(expected);
    }
  });

  test("what is not an ordinary, whole JPEG of the size that was said is left to others", async () => {
    const drawing = drawPicture(64, 48);
    const jpeg = writeJpeg(drawing, "4:2:0", 80);
    const raw = { raw: { width: 64, height: 48, channels: 3 as const } };
    const wish = { width: 64, height: 48, factor: 4 };
    const refused = {
      progressive: await sharp(drawing.data, raw).jpeg({ progressive: true }).toBuffer(),
      cmyk: await sharp(drawing.data, raw).toColourspace("cmyk").jpeg().toBuffer(),
      png: await sharp(drawing.data, raw).png().toBuffer(),
      "without its end": jpeg.subarray(0, -2),
      "cut in the middle": jpeg.subarray(0, jpeg.length >> 1),
      "cut in the header": jpeg.subarray(0, 100),
      "with data to spare": Buffer.concat([jpeg.subarray(0, -2), Buffer.from([0x55, 0x55, 0xff, 0xd9])]),
      "a restart marker out of order": Buffer.from(withRestarts(jpeg, 2).toString("latin1").replace("\xff\xd1", "\xff\xd2"), "latin1"),
      empty: Buffer.alloc(0),
    };
    for (const [what, bytes] of Object.entries(refused)) expect([what, reduce(kernels, bytes, wish).done]).toEqual([what, 0]);
    expect(reduce(kernels, jpeg, { ...wish, width: 63 }).done).toBe(0);
    // What follows the end is none of ours: cameras put a film there.
    expect(reduce(kernels, Buffer.concat([jpeg, Buffer.from("more")]), wish).done).toBe(1);
  });

  test("damaged files: the twin's answer, byte by byte", () => {
    const { width, height } = { width: 48, height: 40 };
    const jpegs = [writeJpeg(drawPicture(width, height), "4:2:0", 75), withRestarts(writeJpeg(drawPicture(width, height), "4:4:4", 95), 4)];
    const damage = fc.record({
      which: fc.nat(1),
      cut: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }),
      hits: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 3 }),
      factor: fc.constantFrom(2, 4, 8),
    });
    let survived = 0;
    fc.assert(
      fc.property(damage, ({ which, cut, hits, factor }) => {
        const jpeg = Buffer.from(jpegs[which] as Buffer);
        for (const [place, value] of hits) jpeg[Math.floor(place * jpeg.length)] = value;
        const bytes = cut === null ? jpeg : jpeg.subarray(0, Math.floor(cut * jpeg.length));
        const found = reduce(kernels, bytes, { width, height, factor });
        const expected = reduce(twins, bytes, { width, height, factor });
        expect(found.done).toBe(expected.done);
        survived += found.done;
        if (found.done === 1) expect(found).toEqual(expected);
      }),
      { numRuns: 300, seed: 5 },
    );
    // Damage inside the data that still makes sense must be among them, or the comparison of pixels has compared nothing.
    expect(survived).toBeGreaterThan(20);
  });
});

/** An odd rectangle a little off the middle, so that it cuts blocks on every side. */
function rectangleOf(width: number, height: number): { left: number; top: number; across: number; down: number } {
  const across = Math.ceil(width * 0.6);
  const down = Math.ceil(height * 0.6);
  return { left: (width - across) >> 1, top: (height - down) >> 1, across, down };
}

function reduce(kernels: KernelTable, source: Uint8Array, { width, height, factor }: Wish): Reduced {
  const { left, top, across, down } = rectangleOf(width, height);
  const target = new Uint8Array(Math.ceil(width / factor) * Math.ceil(height / factor) * 3);
  const grey = new Uint8Array(across * down);
  const done = kernels.jpegReduce({ source, width, height, factor, target, left, top, centreWidth: across, centreHeight: down, grey });
  return { done, target, grey };
}

function differences(
  target: Uint8Array,
  rgb: Uint8Array,
  { across, down, stride, factor, width }: { across: number; down: number; stride: number; factor: number; width: number },
): { worst: number; mean: number } {
  let worst = 0;
  let total = 0;
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = 0; y < factor; y++)
          for (let x = 0; x < factor; x++) sum += rgb[((row * factor + y) * width + column * factor + x) * 3 + channel] as number;
        const difference = Math.abs((target[(row * stride + column) * 3 + channel] as number) - sum / factor ** 2);
        worst = Math.max(worst, difference);
        total += difference;
      }
  return { worst, mean: total / (down * across * 3) };
}
