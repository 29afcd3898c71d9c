/**
 * @file DirectDraw surfaces: plain pixels under masks, grey, palettes, what the headers say of alpha, sizes that blocks do not fill; files that end too early or lie. The
 * blocks themselves: test/conformance/block-packings-golden.test.ts.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { dds, type DdsOptions } from "../../fixtures/surfaces.ts";

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.dds"), { kind: "full" });
}

const pixelsOf = async (options: DdsOptions): Promise<number[]> => [...(await decode(dds(options))).picture.data];

describe("plain pixels", () => {
  test("masks of any width and order", async () => {
    const layouts = fc.constantFrom([8, 3, 3, 2], [16, 5, 6, 5], [16, 4, 4, 4], [24, 8, 8, 8], [32, 10, 10, 10], [32, 8, 8, 8]);
    const cases = fc.tuple(layouts, fc.array(fc.tuple(fc.nat(1023), fc.nat(1023), fc.nat(1023)), { minLength: 6, maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(cases, async ([[bits, ...widths], colours]) => {
        const shifts = [0, widths[0] as number, (widths[0] as number) + (widths[1] as number)];
        const most = widths.map((width) => 2 ** width - 1);
        const data = Buffer.alloc((6 * (bits as number)) / 8);
        const levels = colours.map((colour) => colour.map((value, channel) => value % ((most[channel] as number) + 1)));
        for (const [index, colour] of levels.entries()) {
          const value = colour.reduce((sum, level, channel) => sum + level * 2 ** (shifts[channel] as number), 0);
          data.writeUIntLE(value, (index * (bits as number)) / 8, (bits as number) / 8);
        }
        const masks = most.map((value, channel) => value * 2 ** (shifts[channel] as number));
        expect(await pixelsOf({ width: 3, height: 2, data, flags: 0x40, bits: bits as number, masks })).toEqual(
          levels.flatMap((colour) => colour.map((level, channel) => Math.round((level * 255) / (most[channel] as number)))),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("alpha only where the header says so", async () => {
    const plain = { width: 1, height: 1, data: Buffer.from([0, 0, 255, 0]), bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000] };
    expect(await pixelsOf({ ...plain, flags: 0x40 })).toEqual([255, 0, 0]);
    expect(await pixelsOf({ ...plain, flags: 0x41 })).toEqual([255, 255, 255]);
    const facts = async (flags: number): Promise<object> => (await decode(dds({ ...plain, flags }))).facts;
    expect(await facts(0x40)).toMatchObject({ format: "dds", channels: 3, bitDepth: 8, hasAlpha: false, frameCount: 1, orientation: 1 });
    expect(await facts(0x41)).toMatchObject({ channels: 4, hasAlpha: true });
  });

  test("grey, a mask beyond the pixel, alpha alone", async () => {
    const grey = { width: 2, height: 1, data: Buffer.from([10, 200]), bits: 8 };
    const expected = [10, 10, 10, 200, 200, 200];
    expect(await pixelsOf({ ...grey, flags: 0x20000, masks: [0xff] })).toEqual(expected);
    expect(await pixelsOf({ ...grey, flags: 0x20000, masks: [0xff000000] })).toEqual(expected);
    expect(await pixelsOf({ ...grey, flags: 2, masks: [0, 0, 0, 0xff] })).toEqual(expected);
    expect(await pixelsOf({ ...grey, packing: 61 })).toEqual(expected);
  });

  test("a palette", async () => {
    const palette = Buffer.alloc(1024, 255);
    palette.set([1, 2, 3, 255, 40, 50, 60, 255]);
    const data = Buffer.concat([palette, Buffer.from([1, 0])]);
    expect(await pixelsOf({ width: 2, height: 1, data, flags: 0x20, bits: 8 })).toEqual([40, 50, 60, 1, 2, 3]);
  });

  test("the second header: order of colours, opaque, multiplied by alpha", async () => {
    const data = Buffer.from([40, 20, 10, 128]);
    const one = { width: 1, height: 1, data };
    expect(await pixelsOf({ ...one, packing: 28, alphaMode: 3 })).toEqual([40, 20, 10]);
    expect(await pixelsOf({ ...one, packing: 87, alphaMode: 3 })).toEqual([10, 20, 40]);
    // What is not covered is white: 40 + 127, where 40 is 80 at half.
    expect(await pixelsOf({ ...one, packing: 28, alphaMode: 2 })).toEqual([167, 147, 137]);
    expect((await decode(dds({ ...one, packing: 28, alphaMode: 3 }))).facts.hasAlpha).toBe(false);
  });
});

describe("blocks", () => {
  /** Red and blue as ends; the rows of the block: first, second, two thirds, one third. */
  const block = Buffer.from([0x00, 0xf8, 0x1f, 0x00, 0x00, 0x55, 0xaa, 0xff]);

  test("sizes that are no multiple of four", async () => {
    const data = Buffer.concat([block, block, block, block]);
    const { picture } = await decode(dds({ width: 5, height: 6, data, packing: "DXT1" }));
    const rows = [0, 1, 2, 3, 4, 5].map((row) => [...picture.data.subarray(row * 15 + 12, row * 15 + 15)]);
    const [red, blue] = [
      [255, 0, 0],
      [0, 0, 255],
    ];
    expect(rows).toEqual([red, blue, [170, 0, 85], [85, 0, 170], red, blue]);
  });

  test("an end that is not the greater one makes the third black and transparent", async () => {
    const swapped = Buffer.from([0x1f, 0x00, 0x00, 0xf8, 0x00, 0x55, 0xaa, 0xff]);
    const { picture, facts } = await decode(dds({ width: 4, height: 4, data: swapped, packing: "DXT1" }));
    expect([0, 1, 2, 3].map((row) => [...picture.data.subarray(row * 12, row * 12 + 3)])).toEqual([
      [0, 0, 255],
      [255, 0, 0],
      [127, 0, 127],
      [255, 255, 255],
    ]);
    expect(facts).toMatchObject({ channels: 4, hasAlpha: true });
  });
});

describe("what is wrong", () => {
  const whole = dds({ width: 8, height: 8, data: Buffer.alloc(64), packing: "DXT5" });
  const changed = (at: number, value: number): Buffer => {
    const other = Buffer.from(whole);
    other.writeUInt32LE(value, at);
    return other;
  };
  test.each([
    ["the last byte is missing", whole.subarray(0, -1), "truncated"],
    ["the header is cut", whole.subarray(0, 100), "truncated"],
    ["the second header is cut", dds({ width: 8, height: 8, data: Buffer.alloc(0), packing: 98 }).subarray(0, 140), "truncated"],
    ["another packing", dds({ width: 8, height: 8, data: Buffer.alloc(64), packing: "RXGB" }), "unsupported"],
    ["another DXGI format", dds({ width: 8, height: 8, data: Buffer.alloc(64), packing: 130 }), "unsupported"],
    ["12 bits a pixel", dds({ width: 8, height: 8, data: Buffer.alloc(64), flags: 0x40, bits: 12 }), "unsupported"],
    ["pixels of no kind", dds({ width: 8, height: 8, data: Buffer.alloc(64), bits: 8 }), "unsupported"],
    ["another size of the inner header", changed(76, 31), "corrupt"],
    ["no height", changed(12, 0), "corrupt"],
    ["more pixels than any picture", changed(12, 0x7fffffff), "too-large"],
    ["more pixels than the file has", changed(12, 16000), "truncated"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
