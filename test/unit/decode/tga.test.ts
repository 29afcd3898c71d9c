/**
 * @file TGA: every kind of pixel from every corner, runs, palettes, alpha, and files that end too early.
 */
import { describe, expect, test } from "vitest";

import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import type { Decoded } from "#engine/ingest/decode/decoder.ts";

interface Options {
  readonly type: number;
  readonly bits: number;
  readonly pixels: readonly number[];
  readonly width?: number;
  readonly height?: number;
  /** 0x10 from the right, 0x20 from above; the low four bits count bits of alpha. */
  readonly descriptor?: number;
  readonly palette?: { readonly bits: number; readonly first?: number; readonly entries: readonly (readonly number[])[] };
  readonly identifier?: string;
}

function tga({ type, bits, pixels, width = 2, height = 2, descriptor = 0x20, palette, identifier = "" }: Options): Buffer {
  const header = Buffer.alloc(18);
  header[0] = identifier.length;
  header[1] = palette === undefined ? 0 : 1;
  header[2] = type;
  if (palette !== undefined) {
    header.writeUInt16LE(palette.first ?? 0, 3);
    header.writeUInt16LE(palette.entries.length, 5);
    header[7] = palette.bits;
  }
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header[16] = bits;
  header[17] = descriptor;
  return Buffer.concat([header, Buffer.from(identifier, "latin1"), Buffer.from(palette?.entries.flat() ?? []), Buffer.from(pixels)]);
}

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.tga"), { kind: "full" });
}

const rgb = async (options: Options): Promise<number[][]> => {
  const { data } = (await decode(tga(options))).picture;
  return Array.from({ length: data.length / 3 }, (_, pixel) => [...data.subarray(pixel * 3, pixel * 3 + 3)]);
};

// Upper left, upper right, lower left, lower right; stored as blue, green, red.
const colours = [
  [200, 10, 20],
  [30, 180, 40],
  [50, 60, 220],
  [240, 241, 242],
];
const stored = (order: readonly number[], alpha?: number): number[] =>
  order.flatMap((index) => [...(colours[index] as number[])].reverse().concat(alpha ?? []));

describe("pixels", () => {
  test.each([
    ["from above", 0x20, [0, 1, 2, 3]],
    ["from below", 0x00, [2, 3, 0, 1]],
    ["from the right, above", 0x30, [1, 0, 3, 2]],
    ["from the right, below", 0x10, [3, 2, 1, 0]],
  ])("24 bits %s", async (_name, descriptor, order) => {
    expect(await rgb({ type: 2, bits: 24, pixels: stored(order), descriptor })).toEqual(colours);
  });
  test("32 bits: alpha only where the header says so", async () => {
    expect(await rgb({ type: 2, bits: 32, pixels: stored([0, 1, 2, 3], 0) })).toEqual(colours);
    expect(await rgb({ type: 2, bits: 32, pixels: stored([0, 1, 2, 3], 0), descriptor: 0x28 })).toEqual(colours.map(() => [255, 255, 255]));
    expect(await rgb({ type: 2, bits: 32, pixels: stored([0, 1, 2, 3], 255), descriptor: 0x28 })).toEqual(colours);
  });
  test("15 and 16 bits: five a colour", async () => {
    // 0b0_11111_00000_00001 = red 31, green 0, blue 1 -> 255, 0, 8
    for (const bits of [15, 16]) expect(await rgb({ type: 2, bits, width: 1, height: 1, pixels: [0x01, 0x7c] })).toEqual([[255, 0, 8]]);
  });
  test("grey, and grey with alpha", async () => {
    expect(await rgb({ type: 3, bits: 8, pixels: [0, 9, 100, 255] })).toEqual([0, 9, 100, 255].map((grey) => [grey, grey, grey]));
    expect(await rgb({ type: 3, bits: 16, width: 2, height: 1, pixels: [0, 255, 0, 0], descriptor: 0x28 })).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ]);
  });
  test("palette that begins later, of 24 and of 16 bits, behind an identifier", async () => {
    const entries = colours.map((colour) => [...colour].reverse());
    expect(
      await rgb({ type: 1, bits: 8, identifier: "made here", palette: { bits: 24, first: 5, entries }, pixels: [5, 6, 7, 8] }),
    ).toEqual(colours);
    expect(
      await rgb({
        type: 1,
        bits: 8,
        width: 2,
        height: 1,
        palette: {
          bits: 16,
          entries: [
            [0x1f, 0],
            [0xe0, 0x03],
          ],
        },
        pixels: [1, 0],
      }),
    ).toEqual([
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });
  test("an index outside the palette is black", async () => {
    expect(await rgb({ type: 1, bits: 8, width: 1, height: 1, palette: { bits: 24, entries: [[9, 9, 9]] }, pixels: [77] })).toEqual([
      [0, 0, 0],
    ]);
  });
  test("runs may cross rows; a run longer than the picture ends with it", async () => {
    const [a, b] = [stored([0]), stored([1])];
    expect(await rgb({ type: 10, bits: 24, width: 3, height: 2, pixels: [0x83, ...a, 0x01, ...b, ...a] })).toEqual(
      [0, 0, 0, 0, 1, 0].map((index) => colours[index]),
    );
    expect(await rgb({ type: 10, bits: 24, width: 3, height: 1, pixels: [0xff, ...a] })).toEqual([0, 0, 0].map((index) => colours[index]));
    expect(await rgb({ type: 11, bits: 8, width: 4, height: 1, pixels: [0x82, 7, 0x00, 9] })).toEqual(
      [7, 7, 7, 9].map((grey) => [grey, grey, grey]),
    );
  });
  test("facts", async () => {
    const { facts } = await decode(tga({ type: 2, bits: 32, pixels: stored([0, 1, 2, 3], 9), descriptor: 0x28 }));
    expect(facts).toMatchObject({
      format: "tga",
      width: 2,
      height: 2,
      channels: 4,
      bitDepth: 8,
      hasAlpha: true,
      orientation: 1,
      frameCount: 1,
    });
  });
});

describe("what is wrong", () => {
  const whole = tga({ type: 2, bits: 24, pixels: stored([0, 1, 2, 3]) });
  test.each([
    ["the last byte is missing", whole.subarray(0, -1), "truncated"],
    ["the header is cut", whole.subarray(0, 12), "truncated"],
    ["words", Buffer.from("these are only words, and no picture at all"), "corrupt"],
    ["no picture inside", tga({ type: 0, bits: 24, pixels: [] }), "corrupt"],
    ["13 bits a pixel", tga({ type: 2, bits: 13, pixels: [1, 2, 3, 4, 5, 6, 7, 8] }), "corrupt"],
    ["a palette that is not there", tga({ type: 1, bits: 8, pixels: [0, 0, 0, 0] }), "corrupt"],
    ["runs that end", tga({ type: 10, bits: 24, pixels: [0x80, 1, 2, 3, 0x80] }), "truncated"],
    ["a huge picture of a few runs", tga({ type: 10, bits: 24, width: 16000, height: 16000, pixels: [0xff, 1, 2, 3] }), "truncated"],
    ["more pixels than any picture", tga({ type: 10, bits: 24, width: 65535, height: 65535, pixels: [] }), "too-large"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
