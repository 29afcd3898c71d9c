/**
 * @file Each format gives the right pixels, upright, in sRGB, on white.
 */
import sharp from "sharp";
import { describe, expect, test } from "vitest";

import { inksToRgb } from "#engine/ingest/decode/formats/samples.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import {
  bitmap,
  fieldAt,
  furthest,
  green,
  motif,
  motifSharp,
  orientedJpeg,
  red,
  type BitmapOptions,
  type Rgb,
} from "../../fixtures/pictures.ts";

async function decode(bytes: Buffer, name = "picture"): Promise<Awaited<ReturnType<typeof decodeBytes>>> {
  return decodeBytes(bytes, Buffer.from(`/somewhere/${name}`), { kind: "full" });
}

describe("formats that libvips reads", () => {
  const cases: readonly [string, () => Promise<Buffer>, { format: string; tolerance: number; bitDepth?: number; frameCount?: number }][] = [
    ["JPEG", () => motifSharp().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(), { format: "jpeg", tolerance: 6 }],
    [
      "progressive JPEG",
      () => motifSharp().jpeg({ quality: 95, chromaSubsampling: "4:4:4", progressive: true }).toBuffer(),
      { format: "jpeg", tolerance: 6 },
    ],
    ["PNG", () => motifSharp().png().toBuffer(), { format: "png", tolerance: 0, bitDepth: 8 }],
    ["interlaced PNG", () => motifSharp().png({ progressive: true }).toBuffer(), { format: "png", tolerance: 0 }],
    ["palette PNG", () => motifSharp().png({ palette: true, colours: 4 }).toBuffer(), { format: "png", tolerance: 4 }],
    ["16-bit PNG", () => motifSharp().toColourspace("rgb16").png().toBuffer(), { format: "png", tolerance: 1, bitDepth: 16 }],
    ["WebP", () => motifSharp().webp({ quality: 95 }).toBuffer(), { format: "webp", tolerance: 12 }],
    ["lossless WebP", () => motifSharp().webp({ lossless: true }).toBuffer(), { format: "webp", tolerance: 0 }],
    ["GIF", () => motifSharp().gif().toBuffer(), { format: "gif", tolerance: 6 }],
    ["TIFF, JPEG inside", () => motifSharp().tiff({ compression: "jpeg", quality: 95 }).toBuffer(), { format: "tiff", tolerance: 12 }],
    ["TIFF, LZW", () => motifSharp().tiff({ compression: "lzw" }).toBuffer(), { format: "tiff", tolerance: 0 }],
    [
      "tiled TIFF",
      () => motifSharp().tiff({ compression: "deflate", tile: true, tileWidth: 32, tileHeight: 32 }).toBuffer(),
      { format: "tiff", tolerance: 0 },
    ],
    ["AVIF", () => motifSharp().avif({ quality: 90, effort: 0, chromaSubsampling: "4:4:4" }).toBuffer(), { format: "avif", tolerance: 8 }],
  ];
  test.each(cases)("%s", async (_name, make, expected) => {
    const { picture, facts, fullResolution } = await decode(await make());
    expect(facts).toMatchObject({ format: expected.format, width: 64, height: 48, orientation: 1 });
    if (expected.bitDepth !== undefined) expect(facts.bitDepth).toBe(expected.bitDepth);
    expect([picture.width, picture.height, picture.data.length]).toEqual([64, 48, 64 * 48 * 3]);
    expect(furthest(picture)).toBeLessThanOrEqual(expected.tolerance);
    expect(fullResolution).toBe(true);
  });

  test("CMYK JPEG: through its profile (colours that a press can print)", async () => {
    const colours = [150, 90, 90, 100, 140, 110, 90, 100, 140, 225, 225, 225];
    const picture = sharp(Buffer.from(colours), { raw: { width: 4, height: 1, channels: 3 } }).resize(64, 16, {
      kernel: "nearest",
      fit: "fill",
    });
    const bytes = await picture.withIccProfile("cmyk").jpeg({ quality: 97, chromaSubsampling: "4:4:4" }).toBuffer();
    const decoded = await decode(bytes);
    expect(decoded.facts.channels).toBe(4);
    const meanOff = (data: Uint8Array): number =>
      colours.reduce(
        (sum, value, at) => sum + Math.abs(value - (data[(8 * 64 + Math.floor(at / 3) * 16 + 8) * 3 + (at % 3)] as number)),
        0,
      ) / colours.length;
    // The profile's tables are coarse; mixing the same inks without it is several times as far off.
    const inks = await sharp(bytes).pipelineColourspace("cmyk").toColourspace("cmyk").raw().toBuffer();
    expect(meanOff(decoded.picture.data)).toBeLessThan(8);
    expect(meanOff(inksToRgb(inks, 4))).toBeGreaterThan(16);
  });

  test("SVG is drawn at the size that is wanted and keeps its own size as a fact", async () => {
    const svg = Buffer.from(
      '<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg" width="16" height="12"><rect width="8" height="6" fill="#dc1e28"/></svg>',
    );
    const { picture, facts } = await decodeBytes(svg, Buffer.from("a.svg"), { kind: "at-least", shortSide: 160, longSide: 256 });
    expect([facts.format, facts.width, facts.height]).toEqual(["svg", 16, 12]);
    expect([picture.width, picture.height]).toEqual([512, 384]);
    expect([...picture.data.subarray(0, 3)]).toEqual([...red]);
    expect([...picture.data.subarray(-3)]).toEqual([255, 255, 255]);
  });

  test("the first frame of an animation is taken and the frames are counted", async () => {
    const frames = Buffer.concat([motif(), Buffer.alloc(64 * 48 * 3, 128)]);
    const animation = await sharp(frames, { raw: { width: 64, height: 96, channels: 3, pageHeight: 48 } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    const { picture, facts } = await decode(animation);
    expect(facts.frameCount).toBe(2);
    expect([picture.width, picture.height]).toEqual([64, 48]);
    expect(furthest(picture)).toBeLessThanOrEqual(6);
  });

  test("alpha is laid on white", async () => {
    const half = Buffer.alloc(4 * 4 * 4);
    for (let at = 0; at < half.length; at += 4) half.set([0, 0, 0, at < 32 ? 0 : 128], at);
    const { picture, facts } = await decode(
      await sharp(half, { raw: { width: 4, height: 4, channels: 4 } })
        .png()
        .toBuffer(),
    );
    expect(facts.hasAlpha).toBe(true);
    expect(picture.data[0]).toBe(255);
    // Half-transparent black on white: 255 * (1 - 128 / 255) = 127
    expect(Math.abs((picture.data.at(-1) as number) - 127)).toBeLessThanOrEqual(1);
  });

  test("greyscale becomes three equal channels, with or without alpha", async () => {
    const grey = sharp(Buffer.from(Uint8Array.from({ length: 64 }, (_, index) => index * 4)), {
      raw: { width: 8, height: 8, channels: 1 },
    });
    for (const bytes of [
      await grey.clone().png().toBuffer(),
      await grey.clone().toColourspace("b-w").jpeg({ quality: 100 }).toBuffer(),
      await grey.clone().ensureAlpha().toColourspace("b-w").png().toBuffer(),
    ]) {
      const { picture } = await decode(bytes);
      expect(picture.data.length).toBe(192);
      const [r, g, b] = picture.data.subarray(30, 33) as unknown as Rgb;
      expect(Math.abs(r - 40)).toBeLessThanOrEqual(2);
      expect([g, b]).toEqual([r, r]);
    }
  });

  test("an embedded profile is converted to sRGB", async () => {
    const wide = await motifSharp().withIccProfile("p3").png().toBuffer();
    expect((await sharp(wide).metadata()).icc).toBeDefined();
    const { picture } = await decode(wide);
    expect(furthest(picture)).toBeLessThanOrEqual(4);
  });

  test("a profile that is none is ignored", async () => {
    const broken = await motifSharp().withIccProfile("srgb").tiff({ compression: "lzw" }).toBuffer();
    const signature = broken.indexOf("acsp", 0, "latin1");
    expect(signature).toBeGreaterThan(0);
    broken.fill(0, signature, signature + 4);
    expect(furthest((await decode(broken)).picture)).toBeLessThanOrEqual(2);
  });
});

describe("EXIF orientation", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("%i is shown upright, in full and shrunk while decoding", async (orientation) => {
    const { picture, facts, exif } = await decode(await orientedJpeg(orientation));
    expect(facts).toMatchObject({ width: 64, height: 48, orientation });
    expect(exif).not.toBeNull();
    expect(furthest(picture)).toBeLessThanOrEqual(8);
    const large = await orientedJpeg(orientation, 2048, 1536);
    const shrunk = await decodeBytes(large, Buffer.from("x.jpg"), { kind: "at-least", shortSide: 160, longSide: 256 });
    expect(shrunk.facts).toMatchObject({ width: 2048, height: 1536 });
    // min(1536 / 160, 2048 / 256) = 8: blocks of 8 x 8
    expect([shrunk.picture.width, shrunk.picture.height, shrunk.fullResolution]).toEqual([256, 192, false]);
    expect(furthest(shrunk.picture)).toBeLessThanOrEqual(8);
  });

  test("a WebP's orientation counts too", async () => {
    const turned = await sharp(await orientedJpeg(6))
      .keepExif()
      .webp({ lossless: true })
      .toBuffer();
    const { picture, facts } = await decode(turned);
    expect(facts).toMatchObject({ width: 64, height: 48, orientation: 6 });
    expect(furthest(picture)).toBeLessThanOrEqual(8);
  });
});

describe("BMP", () => {
  const cases: readonly [string, BitmapOptions, number][] = [
    ["4 bits", { bits: 4 }, 0],
    ["8 bits", { bits: 8 }, 0],
    ["8 bits, OS/2 header", { bits: 8, oldHeader: true }, 0],
    ["8 bits, run lengths", { bits: 8, runLengths: true }, 0],
    ["16 bits, 5-5-5", { bits: 16 }, 5],
    ["16 bits, 5-6-5 fields", { bits: 16, fields: { masks: [0xf800, 0x07e0, 0x001f], headerBytes: 40 } }, 5],
    ["24 bits", { bits: 24 }, 0],
    ["24 bits, top-down", { bits: 24, topDown: true }, 0],
    ["24 bits, OS/2 header", { bits: 24, oldHeader: true }, 0],
    ["32 bits", { bits: 32 }, 0],
    ["32 bits, RGBA fields", { bits: 32, fields: { masks: [0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000], headerBytes: 56 } }, 0],
  ];
  test.each(cases)("%s", async (_name, options, tolerance) => {
    const { picture, facts } = await decode(bitmap(options));
    expect(facts).toMatchObject({ format: "bmp", width: 13, height: 8 });
    for (let y = 0, at = 0; y < 8; y++) {
      for (let x = 0; x < 13; x++, at += 3) {
        fieldAt(x, y, 13, 8).forEach((value, channel) =>
          expect(Math.abs((picture.data[at + channel] as number) - value)).toBeLessThanOrEqual(tolerance),
        );
      }
    }
  });

  test("without the header of a file, and with another number of planes", async () => {
    const whole = bitmap({ bits: 8 });
    const { picture } = await decode(whole);
    const bare = await decodeBytes(whole.subarray(14), Buffer.from("clipboard.dib"), { kind: "full" });
    expect(bare.picture).toEqual(picture);
    const odd = Buffer.from(whole);
    odd.writeUInt16LE(30000, 26);
    expect((await decode(odd)).picture).toEqual(picture);
  });

  test("1 bit", async () => {
    const { picture } = await decode(bitmap({ bits: 1 }));
    expect([...picture.data.subarray(0, 3)]).toEqual([...red]);
    expect([...picture.data.subarray(12 * 3, 13 * 3)]).toEqual([...green]);
  });

  test("alpha is laid on white", async () => {
    const { picture } = await decode(
      bitmap({ bits: 32, alpha: 0, fields: { masks: [0xff0000, 0xff00, 0xff, 0xff000000], headerBytes: 56 } }),
    );
    expect(new Set(picture.data)).toEqual(new Set([255]));
  });
});
