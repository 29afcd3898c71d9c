/**
 * @file Icons and cursors: the largest picture of several, PNG and bitmaps of every depth, masks and stored alpha; files that end too early or lie.
 */
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { formatByHead } from "#engine/ingest/decode/sniff.ts";

import { motifSharp } from "../../fixtures/pictures.ts";
import { icon, iconBitmap } from "../../fixtures/surfaces.ts";

function decode(bytes: Buffer, name = "a.ico"): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from(name), { kind: "full" });
}

/** 0xRRGGBB of each pixel. */
async function colours(bytes: Buffer): Promise<number[]> {
  const { data } = (await decode(bytes)).picture;
  return Array.from({ length: data.length / 3 }, (_, pixel) => Buffer.from(data).readUIntBE(pixel * 3, 3));
}

const palette = [0x102030, 0xff0000, 0x00ff00, 0x0000ff];
const mask = [0, 0, 1, 0, 0, 0];
const size = { width: 3, height: 2 };

describe("bitmaps", () => {
  test.each([
    [1, [0, 1, 1, 1, 0, 1]],
    [4, [0, 1, 2, 3, 2, 1]],
    [8, [3, 1, 2, 0, 2, 1]],
  ] as const)("%i bits through a palette, with a mask", async (bits, pixels) => {
    const entries = palette.slice(0, bits === 1 ? 2 : 4);
    const found = await colours(icon([{ bytes: iconBitmap({ ...size, bits, pixels, palette: entries, mask }) }]));
    expect(found).toEqual(pixels.map((index, at) => (mask[at] === 1 ? 0xffffff : palette[index])));
  });

  const direct = [0x80112233, 0xff445566, 0x00778899, 0xffaabbcc, 0xff000000, 0xffffffff];
  const onPaper = (pixel: number): number => {
    const opacity = pixel >>> 24;
    const level = (shift: number): number => Math.round((((pixel >> shift) & 255) * opacity + 255 * (255 - opacity)) / 255);
    return level(16) * 65536 + level(8) * 256 + level(0);
  };

  test("24 bits with a mask", async () => {
    const found = await colours(icon([{ bytes: iconBitmap({ ...size, bits: 24, pixels: direct, mask }) }]));
    expect(found).toEqual(direct.map((pixel, at) => (mask[at] === 1 ? 0xffffff : pixel % 0x1000000)));
  });

  test("32 bits: alpha counts, and the mask where all of it is 0", async () => {
    const all = [1, 1, 1, 1, 1, 1];
    expect(await colours(icon([{ bytes: iconBitmap({ ...size, bits: 32, pixels: direct, mask: all }) }]))).toEqual(direct.map(onPaper));
    const plain = direct.map((pixel) => pixel % 0x1000000);
    const found = await colours(icon([{ bytes: iconBitmap({ ...size, bits: 32, pixels: plain, mask }) }]));
    expect(found).toEqual(plain.map((pixel, at) => (mask[at] === 1 ? 0xffffff : pixel)));
  });

  test("facts, of a cursor too", async () => {
    const bytes = iconBitmap({ ...size, bits: 8, pixels: [0], palette, mask });
    const cursor = icon([{ bytes }, { bytes: iconBitmap({ width: 1, height: 1, bits: 8, pixels: [0], palette }) }], 2);
    const facts = { format: "ico", width: 3, height: 2, channels: 4, bitDepth: 8, hasAlpha: true, frameCount: 2, orientation: 1 };
    expect((await decode(cursor, "arrow.cur")).facts).toMatchObject(facts);
    expect(formatByHead(cursor)).toBe("ico");
  });
});

describe("several pictures", () => {
  const one = (colour: number, side: number): Buffer =>
    iconBitmap({ width: side, height: side, bits: 24, pixels: new Array<number>(side * side).fill(colour) });

  test("the largest is shown, of two equal ones the one of more colours", async () => {
    expect((await colours(icon([{ bytes: one(0x111111, 8) }, { bytes: one(0x222222, 16) }, { bytes: one(0x333333, 4) }])))[0]).toBe(
      0x222222,
    );
    const equal = [
      { bytes: one(0x111111, 4), bits: 4 },
      { bytes: one(0x222222, 4), bits: 24 },
      { bytes: one(0x333333, 4), bits: 8 },
    ];
    expect((await colours(icon(equal)))[0]).toBe(0x222222);
  });

  test("a PNG, whose size is its own", async () => {
    const png = await motifSharp(300, 200).png().toBuffer();
    const decoded = await decode(icon([{ bytes: one(0x111111, 16) }, { bytes: png, side: [256, 256] }]));
    expect(decoded.facts).toMatchObject({ format: "ico", width: 300, height: 200, frameCount: 2 });
    expect(Buffer.from(decoded.picture.data).equals((await motifSharp(300, 200).raw().toBuffer()) as Buffer)).toBe(true);
  });
});

describe("what is wrong", () => {
  const bitmap = iconBitmap({ ...size, bits: 8, pixels: [0, 1, 2, 3, 2, 1], palette, mask });
  const whole = icon([{ bytes: bitmap }]);
  const changed = (at: number, value: number): Buffer => {
    const other = Buffer.from(whole);
    other.writeUInt32LE(value, at);
    return other;
  };
  test.each([
    ["the mask is cut", whole.subarray(0, -1), "truncated"],
    ["the pixels are cut", whole.subarray(0, -14), "truncated"],
    ["the picture lies beyond the end", changed(18, 5000), "truncated"],
    ["no picture", changed(4, 0), "corrupt"],
    ["more pictures than there is room for", changed(4, 9), "corrupt"],
    ["a bitmap of height 1, mask and all", changed(22 + 8, 1), "corrupt"],
    ["a bitmap from above", changed(22 + 8, 0xfffffffc), "corrupt"],
    ["a header of no bitmap", changed(22, 12), "corrupt"],
    ["more pixels than any picture", Buffer.concat([changed(22 + 4, 0x7fffffff)]), "too-large"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });

  test("what begins like an icon and is none", () => {
    const plainTga = Buffer.alloc(64);
    plainTga[2] = 2;
    plainTga.writeUInt16LE(4, 12);
    plainTga.writeUInt16LE(4, 14);
    plainTga[16] = 24;
    expect(formatByHead(plainTga)).toBeNull();
    expect(formatByHead(Buffer.from("000001b3140000000000000000000000000000000000000000", "hex"))).toBeNull();
  });
});
