/**
 * @file JPEGs that are to be made smaller: our kernel and the ways it falls back on give the same picture and the same sharpness.
 */
import sharp from "sharp";
import type { Sharp } from "sharp";
import { expect, test } from "vitest";

import { loadKernels } from "#native/kernels.ts";
import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { measureSharpnessOf } from "#engine/ingest/decode/sharpness.ts";
import { decodeTurbo } from "#engine/ingest/decode/turbo.ts";
import type { Picture } from "#engine/ingest/decode/types.ts";

const [width, height] = [803, 611];

/** Light with edges and grain, colours that change slowly. */
function drawn(): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, channel] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    const light = ((x + 2 * y) % 60 < 9 ? 40 : 0) + (((x * 7 + y * 13) * 31) % 11);
    return 90 + light + 50 * Math.sin((x + channel * 40) / 90) * Math.cos(y / 70);
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function decode(bytes: Buffer, side: number): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("x.jpg"), { kind: "at-least", shortSide: 0, longSide: side, sharpness: true });
}

/** Means of blocks of all pixels, as libvips turns and decodes them. */
async function reducedByHand(bytes: Buffer, factor: number): Promise<Picture> {
  const { data, info } = await sharp(bytes).autoOrient().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  const target = { width: Math.floor(info.width / factor), height: Math.floor(info.height / factor) };
  const means = new Uint8Array(target.width * target.height * 3);
  for (let y = 0, to = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++)
      for (let channel = 0; channel < 3; channel++, to++) {
        let sum = 0;
        for (let row = 0; row < factor; row++)
          for (let column = 0; column < factor; column++)
            sum += data[((y * factor + row) * info.width + x * factor + column) * 3 + channel] as number;
        means[to] = Math.round(sum / factor ** 2);
      }
  return { ...target, data: means };
}

function meanDifference(found: Picture, expected: Picture): number {
  let total = 0;
  for (let y = 0; y < expected.height; y++)
    for (let at = 0; at < expected.width * 3; at++)
      total += Math.abs((found.data[y * found.width * 3 + at] as number) - (expected.data[y * expected.width * 3 + at] as number));
  return total / (expected.width * expected.height * 3);
}

const hasKernel = loadKernels().kind === "native";

const kinds = {
  "4:2:0": { quality: 88 },
  "4:4:4": { quality: 92, chromaSubsampling: "4:4:4" },
  // Not for the kernel.
  progressive: { quality: 88, progressive: true },
} as const;

test.each(Object.entries(kinds))("%s: means of blocks, and the sharpness of every pixel", async (kind, options) => {
  const bytes = await drawn().jpeg(options).toBuffer();
  const exact = { width, height, data: new Uint8Array(await sharp(bytes).raw().toBuffer()) };
  const expected = measureSharpnessOf(exact);
  // 803 x 611 to at least 300, 190, 60 on the longer side: by 2, 4, 8.
  for (const [side, factor] of [
    [300, 2],
    [190, 4],
    [60, 8],
  ] as const) {
    const { picture, sharpness, fullResolution } = await decode(bytes, side);
    expect([picture.width, picture.height, fullResolution]).toEqual([Math.ceil(width / factor), Math.ceil(height / factor), false]);
    expect(meanDifference(picture, await reducedByHand(bytes, factor))).toBeLessThan(kind === "progressive" || !hasKernel ? 1.4 : 0.6);
    expect(sharpness?.blurEffect).toBeCloseTo(expected.blurEffect, 2);
    expect((sharpness?.sharpness as number) / expected.sharpness).toBeCloseTo(1, 1);
  }
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %i", async (orientation) => {
  // Without remainders, so that turning moves whole blocks.
  const whole = drawn().extract({ left: 0, top: 0, width: 800, height: 608 });
  const bytes = await whole.withMetadata({ orientation }).jpeg({ quality: 90 }).toBuffer();
  const { picture } = await decode(bytes, 200);
  expect([picture.width, picture.height]).toEqual(orientation < 5 ? [200, 152] : [152, 200]);
  expect(meanDifference(picture, await reducedByHand(bytes, 4))).toBeLessThan(hasKernel ? 0.6 : 1.4);
});

test.skipIf(!hasKernel)("the kernel reads what libjpeg-turbo's quick transform may not: the finest quantisation", async () => {
  const bytes = await drawn().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
  const { picture } = await decode(bytes, 190);
  expect(meanDifference(picture, await reducedByHand(bytes, 4))).toBeLessThan(0.4);
});

test("a JPEG whose data are damaged is told as before", async () => {
  const bytes = await drawn().jpeg({ quality: 88 }).toBuffer();
  const cut = bytes.subarray(0, bytes.length >> 1);
  expect(decodeTurbo(cut, width, height)).toBeNull();
  await expect(decode(cut, 190)).rejects.toMatchObject({ code: "truncated" });
  // Only the end marker is missing: a picture all the same.
  expect((await decode(bytes.subarray(0, -2), 190)).picture.width).toBeGreaterThanOrEqual(190);
});
