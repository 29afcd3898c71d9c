/**
 * @file Old-style JPEG in TIFF: whole, or in tables and strips, is what the JPEG itself is; ranges and orientations of the TIFF count; what is missing is told.
 */
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { oldJpegTiff, type OldJpegOptions } from "../../fixtures/old-jpeg.ts";
import { detailed } from "../../fixtures/pictures.ts";

const [width, height] = [56, 96];
const data = await detailed(width, height).raw().toBuffer();
const size = { data, width, height };

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.tif"), { kind: "full" });
}

/** Of a JPEG of quality 90 to what was encoded. */
function furthest(found: Uint8Array): number {
  return data.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] as number))), 0);
}

describe("what was encoded is read", () => {
  test.each([
    ["a whole JPEG", { way: "whole" }],
    ["tables and one strip", { way: "tables" }],
    ["tables and strips", { way: "tables", rowsPerStrip: 8 }],
    ["strips with headers of their own", { way: "tables", rowsPerStrip: 16, hasScanHeaders: true }],
    ["tables, and a JPEG without its scan", { way: "both", rowsPerStrip: 16 }],
    ["more strips than there are names for marks between them", { way: "both", rowsPerStrip: 8, hasScanHeaders: true }],
  ] satisfies [string, Omit<OldJpegOptions, keyof typeof size>][])("%s", async (_name, options) => {
    const { picture, facts } = await decode(await oldJpegTiff({ ...size, ...options }));
    expect(facts).toMatchObject({ format: "tiff", width, height, channels: 3, bitDepth: 8, hasAlpha: false, frameCount: 1 });
    expect(furthest(picture.data)).toBeLessThan(40);
    const whole = await decode(await oldJpegTiff({ ...size, way: "whole" }));
    expect(Buffer.from(picture.data).equals(whole.picture.data)).toBe(true);
  });

  test("the orientation of the TIFF counts", async () => {
    const bytes = await oldJpegTiff({ ...size, way: "tables", more: [{ tag: 274, type: 3, values: [3] }] });
    const { picture, facts } = await decode(bytes);
    const { picture: upright } = await decode(await oldJpegTiff({ ...size, way: "whole" }));
    expect(facts.orientation).toBe(3);
    expect([...picture.data.subarray(0, 3)]).toEqual([...upright.data.subarray(-3)]);
  });

  test("a range that is not the full one is stretched", async () => {
    const grey = Buffer.alloc(16 * 16 * 3, 16).fill(235, 8 * 16 * 3);
    const range = [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1];
    const bytes = await oldJpegTiff({ data: grey, width: 16, height: 16, way: "tables", more: [{ tag: 532, type: 5, values: range }] });
    const { picture } = await decode(bytes);
    expect([picture.data[0], picture.data.at(-1)]).toEqual([0, 255]);
  });
});

describe("what is wrong", () => {
  const withOut = (bytes: Buffer, tag: number, becomes: number): Buffer => {
    const other = Buffer.from(bytes);
    const directory = other.readUInt32LE(4);
    for (let entry = 0; entry < other.readUInt16LE(directory); entry++) {
      const at = directory + 2 + entry * 12;
      if (other.readUInt16LE(at) === tag) other.writeUInt16LE(becomes, at);
    }
    return other;
  };
  const strips = oldJpegTiff({ ...size, way: "tables", rowsPerStrip: 16 });
  test.each([
    ["no tables of codes", async () => withOut(await strips, 520, 65000), "corrupt"],
    ["neither strips nor a JPEG", async () => withOut(await strips, 273, 65000), "corrupt"],
    ["strips that are no whole blocks", () => oldJpegTiff({ ...size, way: "tables", rowsPerStrip: 12 }), "corrupt"],
    ["chroma taken 3 by 1", () => oldJpegTiff({ ...size, way: "tables", more: [{ tag: 530, type: 3, values: [3, 1] }] }), "corrupt"],
    ["restart markers", () => oldJpegTiff({ ...size, way: "tables", more: [{ tag: 515, type: 3, values: [4] }] }), "unsupported"],
    ["cut before its directory", async () => (await strips).subarray(0, 900), "truncated"],
  ] as const)("%s", async (_name, bytes, code) => {
    await expect(decode(await bytes())).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
