/**
 * @file JPEGs by libjpeg-turbo: the pixels that libvips gives, and the way through libvips for whatever is not ordinary.
 */
import sharp from "sharp";
import type { Sharp } from "sharp";
import { describe, expect, test } from "vitest";

import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import type { Decoded, Want } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { readJpegHeader } from "#engine/ingest/decode/jpeg-header.ts";
import { turnUpright } from "#engine/ingest/decode/orient.ts";
import { encodeJpeg } from "#engine/ingest/decode/thumbnail.ts";
import { decodeTurbo, hasTurbo, turboWhy } from "#engine/ingest/decode/turbo.ts";

const [width, height] = [203, 151];

/** Smooth colours with edges in them. */
function drawn(): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y, channel] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width), at % 3];
    return 128 + 100 * Math.sin(x / (9 + channel * 4)) * Math.cos(y / 13) + (x > 100 && y > 60 ? 20 : 0);
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Nothing to reduce, and none of the exactness that comparing files asks for. */
const unreduced: Want = { kind: "at-least", shortSide: height, longSide: width };

async function decode(bytes: Buffer, want: Want = unreduced): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("x.jpg"), want);
}

async function throughVips(bytes: Buffer): Promise<Uint8Array> {
  return sharp(bytes).autoOrient().toColourspace("srgb").raw().toBuffer();
}

function meanDifference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] as number)), 0) / one.length;
}

test("libjpeg-turbo is there and says so", () => {
  expect(hasTurbo()).toBe(true);
  expect(turboWhy()).toContain("libjpeg-turbo");
});

describe("the pixels that libvips gives", () => {
  const kinds = {
    "4:2:0": { quality: 88 },
    "4:4:4": { quality: 95, chromaSubsampling: "4:4:4" },
    progressive: { quality: 85, progressive: true },
    coarse: { quality: 30 },
  } as const;
  test.each(Object.entries(kinds))("%s", async (_, options) => {
    const bytes = await drawn().jpeg(options).toBuffer();
    expect(decodeTurbo(bytes, width, height)).not.toBeNull();
    expect(meanDifference((await decode(bytes)).picture.data, await throughVips(bytes))).toBeLessThan(1.4);
  });

  test("grey", async () => {
    const bytes = await drawn().toColourspace("b-w").jpeg().toBuffer();
    const { picture, facts } = await decode(bytes);
    expect([facts.channels, picture.data.length]).toEqual([1, width * height * 3]);
    expect(meanDifference(picture.data, await throughVips(bytes))).toBeLessThan(1.4);
    expect(picture.data.filter((_, at) => at % 3 === 2)).toEqual(picture.data.filter((_, at) => at % 3 === 0));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %i", async (orientation) => {
    const bytes = await drawn().withMetadata({ orientation }).jpeg().toBuffer();
    expect(readJpegHeader(bytes).icc).not.toBe("other");
    expect(decodeTurbo(bytes, width, height)).not.toBeNull();
    expect(meanDifference((await decode(bytes)).picture.data, await throughVips(bytes))).toBeLessThan(1.4);
  });

  test("reduced: means of blocks, and the sharpness of the whole", async () => {
    // Progressive: what libjpeg-turbo reduces; baseline ones take our kernel (jpeg.test.ts).
    const bytes = await drawn().jpeg({ progressive: true }).toBuffer();
    const { picture, sharpness, fullResolution } = await decode(bytes, { kind: "at-least", shortSide: 30, longSide: 50, sharpness: true });
    expect([picture.width, picture.height, fullResolution]).toEqual([Math.ceil(203 / 4), Math.ceil(151 / 4), false]);
    const full = (await decode(bytes)).picture.data;
    let sum = 0;
    for (let y = 4; y < 8; y++) for (let x = 8; x < 12; x++) sum += full[(y * width + x) * 3] as number;
    expect(picture.data[(picture.width + 2) * 3]).toBe(Math.round(sum / 16));
    expect(sharpness?.sharpness).toBeGreaterThan(0);
  });

  test("a picture keeps its pixels when the next one is decoded", async () => {
    const [first, second] = [await drawn().jpeg().toBuffer(), await drawn().negate().jpeg().toBuffer()];
    const { picture } = await decode(first);
    const copy = picture.data.slice();
    await decode(second);
    expect(picture.data).toEqual(copy);
  });
});

describe("the way through libvips", () => {
  test("whoever asks for every pixel gets the exact ones, those that a lossless copy holds", async () => {
    const bytes = await drawn().jpeg({ quality: 88 }).toBuffer();
    const { picture } = await decode(bytes, { kind: "full" });
    const copy = await decodeBytes(await sharp(bytes).png().toBuffer(), Buffer.from("x.png"), { kind: "full" });
    expect(Buffer.from(picture.data).equals(Buffer.from(copy.picture.data))).toBe(true);
  });

  test("colour profiles are told apart", async () => {
    const of = async (profile: string): Promise<string> => readJpegHeader(await drawn().withIccProfile(profile).jpeg().toBuffer()).icc;
    expect(await of("p3")).toBe("other");
    expect(readJpegHeader(await drawn().jpeg().toBuffer()).icc).toBe("none");
  });

  test("a wide gamut is converted", async () => {
    const bytes = await sharp({ create: { width: 32, height: 32, channels: 3, background: { r: 255, g: 0, b: 0 } } })
      .withIccProfile("p3")
      .jpeg({ quality: 95 })
      .toBuffer();
    const stored = decodeTurbo(bytes, 32, 32)?.data[0] as number;
    expect(stored).toBeLessThan(245); // sRGB's red lies inside P3
    expect((await decode(bytes)).picture.data[0]).toBeGreaterThan(250);
  });

  test("the finest quantisation: libvips' own pixels", async () => {
    for (const [quality, step] of [
      [75, 8],
      [95, 2],
      [96, 1],
      [100, 1],
    ] as const)
      expect(readJpegHeader(await drawn().jpeg({ quality }).toBuffer()).finestStep).toBe(step);
    const bytes = await drawn().jpeg({ quality: 100 }).toBuffer();
    expect(meanDifference((await decode(bytes)).picture.data, await throughVips(bytes))).toBe(0);
  });

  test("CMYK", async () => {
    const bytes = await drawn().toColourspace("cmyk").jpeg().toBuffer();
    expect(readJpegHeader(bytes).components).toBe(4);
    expect((await decode(bytes)).picture.data.length).toBe(width * height * 3);
  });

  test.each([0.4, 0.7, 0.95])("cut off at %f: truncated", async (share) => {
    const bytes = await drawn().jpeg().toBuffer();
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    expect(decodeTurbo(cut, width, height)).toBeNull();
    const thrown: unknown = await decode(cut).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(DecodeError);
    expect((thrown as DecodeError).code).toBe("truncated");
  });

  test("only the end marker is missing: a picture all the same", async () => {
    const bytes = await drawn().jpeg().toBuffer();
    expect((await decode(bytes.subarray(0, -2))).picture.width).toBe(width);
  });

  test("a header that lies about the size gives nothing directly", async () => {
    const bytes = await drawn().jpeg().toBuffer();
    expect(decodeTurbo(bytes, width + 1, height)).toBeNull();
    expect(decodeTurbo(bytes, 8, 8)).toBeNull();
  });
});

test("what is written is a JPEG of that picture in memory of its own", async () => {
  const data = await drawn().raw().toBuffer();
  const bytes = await encodeJpeg({ width, height, data }, 90);
  expect(bytes.buffer.byteLength).toBe(bytes.length);
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width, height, chromaSubsampling: "4:2:0" });
  expect(meanDifference(await sharp(bytes).raw().toBuffer(), data)).toBeLessThan(2.5);
});

test("upright: 2 x 1 pixels through all orientations", () => {
  const red = [255, 0, 0];
  const blue = [0, 0, 255];
  const stored = { width: 2, height: 1, data: Uint8Array.from([...red, ...blue]) };
  const firsts = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => {
    const shown = turnUpright(stored, orientation);
    return `${shown.width}x${shown.height} ${shown.data[0] === 255 ? "red" : "blue"}`;
  });
  expect(firsts).toEqual(["2x1 red", "2x1 blue", "2x1 blue", "2x1 red", "1x2 red", "1x2 red", "1x2 blue", "1x2 blue"]);
});
