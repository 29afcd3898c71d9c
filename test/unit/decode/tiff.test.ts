/**
 * @file TIFF beyond what libvips reads: floats, signed and wide numbers, odd bits, planes in tiles, Lab, packings, more channels than colours.
 */
import { deflateSync, zstdCompressSync } from "node:zlib";

import sharp from "sharp";
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { readMetadata } from "#engine/ingest/decode/metadata.ts";

import { motif, motifSharp } from "../../fixtures/pictures.ts";
import { lzw, pixelTags, tiff, type PixelTags, type Tag, type TiffPage } from "../../fixtures/tiff.ts";

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.tif"), { kind: "full" });
}

const write = {
  i8: (value: number) => Buffer.from(Int8Array.of(value).buffer),
  i16: (value: number) => Buffer.from(Int16Array.of(value).buffer),
  u16: (value: number) => Buffer.from(Uint16Array.of(value).buffer),
  u32: (value: number) => Buffer.from(Uint32Array.of(value).buffer),
  i32: (value: number) => Buffer.from(Int32Array.of(value).buffer),
  u64: (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer),
  f32: (value: number) => Buffer.from(Float32Array.of(value).buffer),
  f64: (value: number) => Buffer.from(Float64Array.of(value).buffer),
};

function numbers(kind: keyof typeof write, values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => write[kind](value)));
}

const strip = (tags: PixelTags, data: Buffer, more: readonly Tag[] = []): Buffer =>
  tiff([{ tags: [...pixelTags(tags), ...more], chunks: { data: [data] } }]);

const greys = async (bytes: Buffer): Promise<number[]> => [...(await decode(bytes)).picture.data].filter((_, at) => at % 3 === 0);

describe("numbers without a white are spread from the least to the greatest", () => {
  const row = (bits: number, format: number): PixelTags => ({ width: 3, height: 1, bits, format });
  // The middle lies a quarter of the way: 63.75 -> 64.
  test.each([
    ["signed 8", row(8, 2), numbers("i8", [-100, -50, 100])],
    ["signed 16", row(16, 2), numbers("i16", [-1000, -500, 1000])],
    ["signed 32", row(32, 2), numbers("i32", [-1e6, -5e5, 1e6])],
    ["unsigned 32", row(32, 1), numbers("u32", [0, 1e9, 4e9])],
    ["unsigned 64", row(64, 1), numbers("u64", [0, 1e12, 4e12])],
    ["float 16", row(16, 3), numbers("u16", [0xbc00, 0xb800, 0x3c00])], // -1, -.5, 1
    ["float 32", row(32, 3), numbers("f32", [-0.01, -0.005, 0.01])],
    ["float 64", row(64, 3), numbers("f64", [-1e300, -5e299, 1e300])],
  ])("%s bits", async (_name, tags, data) => {
    expect(await greys(strip(tags, data))).toEqual([0, 64, 255]);
    expect((await decode(strip(tags, data))).facts).toMatchObject({
      format: "tiff",
      bitDepth: tags.bits,
      channels: 1,
      width: 3,
      height: 1,
    });
  });

  test("what is no number, and what was said not to be measured, is black and does not count", async () => {
    const tags = { width: 4, height: 1, bits: 32, format: 3 };
    expect(await greys(strip(tags, numbers("f32", [Number.NaN, 1, 3, Infinity])))).toEqual([0, 0, 255, 255]);
    const noData: Tag = { tag: 42113, type: 2, values: "-9999.1" };
    expect(await greys(strip(tags, numbers("f32", [-9999.1, 1, 2, 3]), [noData]))).toEqual([0, 0, 128, 255]);
  });

  test("one value everywhere", async () => {
    const tags = { width: 2, height: 1, bits: 32, format: 3 };
    expect(await greys(strip(tags, numbers("f32", [0, 0])))).toEqual([0, 0]);
    expect(await greys(strip(tags, numbers("f32", [7, 7])))).toEqual([255, 255]);
  });

  test("float colours between 0 and 1 are shares of white", async () => {
    const tags = { width: 1, height: 1, bits: 32, format: 3, samples: 3, photometric: 2 };
    expect([...(await decode(strip(tags, numbers("f32", [0.1, 0.2, 0.4])))).picture.data]).toEqual([26, 51, 102]);
  });
});

describe("layouts", () => {
  const colours = { width: 64, height: 48, bits: 8, samples: 3, photometric: 2 };
  const plane = (channel: number): Buffer => Buffer.from(motif().filter((_, at) => at % 3 === channel));
  /** Tiles of 16 x 16 of one plane of 64 x 48. */
  const tiles = (data: Buffer): Buffer[] =>
    Array.from({ length: 12 }, (_, tile) =>
      Buffer.concat(
        Array.from({ length: 16 }, (_unused, row) => {
          const from = (Math.floor(tile / 4) * 16 + row) * 64 + (tile % 4) * 16;
          return data.subarray(from, from + 16);
        }),
      ),
    );

  test("planes in tiles", async () => {
    const data = [0, 1, 2].flatMap((channel) => tiles(plane(channel)));
    const tags = pixelTags({ ...colours, planar: true, tile: [16, 16] });
    const { picture, facts } = await decode(tiff([{ tags, chunks: { data, tiled: true } }]));
    expect(Buffer.from(picture.data).equals(motif())).toBe(true);
    expect(facts).toMatchObject({ channels: 3, bitDepth: 8 });
  });

  test("more channels than colours: the colours are shown", async () => {
    const wide = Buffer.alloc(64 * 48 * 5);
    for (let pixel = 0; pixel < 64 * 48; pixel++) motif().copy(wide, pixel * 5, pixel * 3, pixel * 3 + 3);
    const { picture } = await decode(strip({ ...colours, samples: 5, extra: [0, 0] }, wide));
    expect(Buffer.from(picture.data).equals(motif())).toBe(true);
  });

  test("colours that were multiplied by their alpha, and such that were not", async () => {
    const tags = { width: 2, height: 1, bits: 8, samples: 4, photometric: 2, compression: 50000 };
    const pixels = zstdCompressSync(Buffer.from([50, 25, 0, 128, 0, 0, 0, 0]));
    // 50 of 128 is 100 of 255; on half white: (100 x 128 + 255 x 127) / 255 = 177.2
    expect([...(await decode(strip({ ...tags, extra: [1] }, pixels))).picture.data]).toEqual([177, 152, 127, 255, 255, 255]);
    expect([...(await decode(strip({ ...tags, extra: [2] }, pixels))).picture.data]).toEqual([152, 140, 127, 255, 255, 255]);
  });

  test("12 bits, rows ending at a byte, and white-is-zero", async () => {
    // 0x000 0x800 0xfff and the half byte that fills the row
    const data = Buffer.from([0x00, 0x08, 0x00, 0xff, 0xf0]);
    expect(await greys(strip({ width: 3, height: 1, bits: 12 }, data))).toEqual([0, 128, 255]);
    expect(await greys(strip({ width: 3, height: 1, bits: 12, photometric: 0 }, data))).toEqual([255, 127, 0]);
  });

  test("big-endian", async () => {
    const bytes = tiff(
      [
        {
          tags: pixelTags({ width: 2, height: 1, bits: 32, format: 3 }),
          chunks: { data: [Buffer.from([0x3f, 0x80, 0, 0, 0x40, 0, 0, 0])] },
        },
      ],
      { big: true },
    );
    expect(await greys(bytes)).toEqual([0, 255]);
  });

  test("orientation and pages, facts of the camera", async () => {
    const tags = [...pixelTags({ width: 2, height: 1, bits: 32, format: 3 }), { tag: 274, type: 3, values: [6] } as Tag];
    const page = { tags: [...tags, { tag: 271, type: 2, values: "Acme" } as Tag], chunks: { data: [numbers("f32", [1, 2])] } };
    const { picture, facts, exif } = await decode(tiff([page, page, page]));
    expect([picture.width, picture.height]).toEqual([1, 2]);
    expect(facts).toMatchObject({ width: 1, height: 2, orientation: 6, frameCount: 3 });
    expect(await readMetadata(exif)).toMatchObject({ cameraMake: "Acme" });
  });

  test("any page that is asked for, whoever reads it", async () => {
    const ours = (value: number): TiffPage => ({
      tags: pixelTags({ width: 2, height: 1, bits: 32, format: 3 }),
      chunks: { data: [numbers("f32", [value, 9])] },
    });
    const vips = (value: number): TiffPage => ({
      tags: pixelTags({ width: 1 + value, height: 1, bits: 8 }),
      chunks: { data: [Buffer.alloc(1 + value, value * 50)] },
    });
    const bytes = tiff([ours(0), vips(1), vips(2), ours(9)]);
    const page = async (frame?: number): Promise<number[]> => {
      const { picture, facts } = await decodeBytes(bytes, Buffer.from("a.tif"), {
        kind: "full",
        ...(frame === undefined ? {} : { frame }),
      });
      expect([picture.width, facts.frameCount]).toEqual([facts.width, 4]);
      return [...picture.data].filter((_, index) => index % 3 === 0);
    };
    expect([await page(), await page(0)]).toEqual([
      [0, 255],
      [0, 255],
    ]);
    expect([await page(1), await page(2), await page(3)]).toEqual([
      [50, 50],
      [100, 100, 100],
      [255, 255],
    ]);
    await expect(page(4)).rejects.toThrow(/frame 4 was asked for; the file has 4/);
  });
});

describe("packings", () => {
  const random = Array.from({ length: 40 * 30 }, (_, at) => Math.sin(at / 7) * 100 + (at % 13));
  const raw = numbers("f32", random);
  const tags = { width: 40, height: 30, bits: 32, format: 3 };
  /** Each row: bytes of all first bytes of the floats (big-endian), then the second ones ...; then differences. */
  const floatPredicted = Buffer.concat(
    Array.from({ length: 30 }, (_, row) => {
      const line = Buffer.alloc(160);
      for (let column = 0; column < 40; column++)
        for (let byte = 0; byte < 4; byte++) line[byte * 40 + column] = raw[(row * 40 + column) * 4 + 3 - byte] as number;
      return Buffer.from(line.map((value, at) => (at === 0 ? value : value - (line[at - 1] as number))));
    }),
  );
  test.each([
    ["LZW", { ...tags, compression: 5 }, lzw(raw)],
    ["Deflate", { ...tags, compression: 8 }, deflateSync(raw)],
    ["Zstandard", { ...tags, compression: 50000 }, zstdCompressSync(raw)],
    ["Deflate with the predictor for floats", { ...tags, compression: 8, predictor: 3 }, deflateSync(floatPredicted)],
  ])("%s", async (_name, packedTags, data) => {
    const expected = await greys(strip(tags, raw));
    expect(new Set(expected).size).toBeGreaterThan(100);
    expect(await greys(strip(packedTags, data))).toEqual(expected);
  });

  test("LZW over more than one table, as libvips reads it", async () => {
    const noise = await sharp({
      create: { width: 100, height: 100, channels: 3, background: "#888", noise: { type: "gaussian", mean: 128, sigma: 40 } },
    })
      .raw()
      .toBuffer();
    const shape = { width: 100, height: 100, bits: 8, samples: 3, photometric: 2, compression: 5 };
    const byVips = await decode(strip(shape, lzw(noise)));
    expect(Buffer.from(byVips.picture.data).equals(noise)).toBe(true); // the test's own packer is right
    const planes = [0, 1, 2].map((channel) => lzw(noise.filter((_, at) => at % 3 === channel)));
    const tags2 = pixelTags({ ...shape, planar: true, tile: [100, 100] });
    const byUs = await decode(tiff([{ tags: tags2, chunks: { data: planes, tiled: true } }]));
    expect(Buffer.from(byUs.picture.data).equals(noise)).toBe(true);
  });

  test("differences of 16-bit neighbours carry over bytes", async () => {
    const values = [65000, 1000, 300, 65535];
    const differences = values.map((value, at) => (at === 0 ? value : value - (values[at - 1] as number)) & 0xffff);
    const shape = { width: 4, height: 1, bits: 16, format: 2, compression: 8 };
    expect(await greys(strip({ ...shape, predictor: 2 }, deflateSync(numbers("u16", differences))))).toEqual(
      await greys(strip(shape, deflateSync(numbers("u16", values)))),
    );
  });
});

describe("colours", () => {
  test("Lab: white, mid grey and the red of sRGB (D50: 54.29, 80.81, 69.89)", async () => {
    const tags = { width: 3, height: 1, bits: 8, samples: 3, photometric: 8 };
    const lab = Buffer.from([255, 0, 0, 137, 0, 0, 138, 81, 70]);
    const { data } = (await decode(strip(tags, lab))).picture;
    const expected = [255, 255, 255, 128, 128, 128, 255, 0, 0];
    [...data].forEach((value, at) => expect(Math.abs(value - (expected[at] as number))).toBeLessThanOrEqual(2));
  });

  test("inks without a profile, 8 and 16 bits: (255 - ink) x (255 - black) / 255", async () => {
    const inks = [255, 0, 255, 0, 100, 50, 25, 51];
    const expected = [0, 255, 0, 124, 164, 184]; // 155 x .8, 205 x .8, 230 x .8
    const tags = { width: 2, height: 1, bits: 8, samples: 4, photometric: 5 };
    expect([...(await decode(strip(tags, Buffer.from(inks)))).picture.data]).toEqual(expected);
    const wide = numbers(
      "u16",
      inks.map((ink) => ink * 257),
    );
    expect([...(await decode(strip({ ...tags, bits: 16 }, wide))).picture.data]).toEqual(expected);
  });

  test("a palette in planes of tiles is looked up", async () => {
    const map = [...Array.from({ length: 4 }, (_, at) => at * 0x1000), ...Array.from({ length: 4 }, () => 0x8000), 0xff00, 0, 0, 0];
    const tags = pixelTags({ width: 2, height: 1, bits: 2, photometric: 3, compression: 50000 });
    const data = zstdCompressSync(Buffer.from([0b00110000])); // 0, 3
    const bytes = tiff([{ tags: [...tags, { tag: 320, type: 3, values: map }], chunks: { data: [data] } }]);
    expect([...(await decode(bytes)).picture.data]).toEqual([0, 128, 255, 48, 128, 0]);
  });
});

describe("what is wrong", () => {
  const tags = { width: 40, height: 30, bits: 32, format: 3 };
  const raw = Buffer.alloc(40 * 30 * 4);
  test.each([
    ["a short strip", strip(tags, raw.subarray(4)), "truncated"],
    ["damaged Deflate", strip({ ...tags, compression: 8 }, Buffer.from("nothing of the kind")), "corrupt"],
    ["a bomb", strip({ ...tags, compression: 8 }, deflateSync(Buffer.alloc(5_000_000))), "corrupt"],
    ["a picture that no strip carries", strip({ ...tags, width: 30000, height: 4000, compression: 8 }, deflateSync(raw)), "truncated"],
    ["complex numbers", strip({ ...tags, bits: 64, format: 6 }, Buffer.alloc(40 * 30 * 8)), "unsupported"],
    ["LERC", strip({ ...tags, compression: 34887 }, raw), "unsupported"],
    ["no strips", tiff([{ tags: pixelTags(tags) }]), "corrupt"],
    ["no pixels", strip({ ...tags, width: 0 }, raw), "corrupt"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });

  test("a cut file is truncated, whichever reader has it", async () => {
    const bytes = await motifSharp().tiff({ compression: "lzw" }).toBuffer();
    await expect(decode(bytes.subarray(0, -30))).rejects.toMatchObject({ code: "truncated" });
    const ours = strip(tags, raw);
    await expect(decode(ours.subarray(0, -30))).rejects.toMatchObject({ code: "truncated" });
  });
});
