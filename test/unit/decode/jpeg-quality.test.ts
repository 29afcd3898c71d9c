/** @file The quality of a JPEG is told by its tables: exactly for the usual encoder, about for others. */
import sharp from "sharp";
import { expect, test } from "vitest";

import { readJpegHeader } from "#engine/ingest/decode/jpeg-header.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

const picture = sharp(
  Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => (at * 37) % 251),
  { raw: { width: 64, height: 48, channels: 3 } },
);

test.each([1, 5, 20, 49, 50, 51, 75, 85, 90, 95, 99, 100])("quality %i as libjpeg writes it is read as such", async (quality) => {
  for (const options of [{}, { progressive: true }, { chromaSubsampling: "4:4:4" }])
    expect(
      readJpegHeader(
        await picture
          .clone()
          .jpeg({ quality, ...options })
          .toBuffer(),
      ).quality,
    ).toBe(quality);
  expect(readJpegHeader(await picture.clone().greyscale().jpeg({ quality }).toBuffer()).quality).toBe(quality);
});

test("tables of another shape get the quality of the nearest, and a finer one never the lower", async () => {
  const found = [];
  for (const quality of [30, 60, 90])
    found.push(readJpegHeader(await picture.clone().jpeg({ quality, quantisationTable: 3 }).toBuffer()).quality);
  expect(found).toEqual([...found].sort((one, other) => (one ?? 0) - (other ?? 0)));
  expect(new Set(found).size).toBe(3);
});

test("steps of two bytes are read too; without a table nothing is said", async () => {
  const bytes = await picture.clone().jpeg({ quality: 70 }).toBuffer();
  const at = bytes.indexOf(Buffer.from([0xff, 0xdb]));
  const length = bytes.readUInt16BE(at + 2);
  const steps = bytes.subarray(at + 5, at + 5 + 64);
  const wide = Buffer.alloc(4 + 129);
  wide.set([0xff, 0xdb, 0, 131, 0x10]);
  steps.forEach((step, index) => wide.writeUInt16BE(step, 5 + 2 * index));
  const rest = bytes.subarray(at + 2 + length);
  expect(readJpegHeader(Buffer.concat([bytes.subarray(0, at), wide, rest])).quality).toBe(70);
  const chroma = rest.indexOf(Buffer.from([0xff, 0xdb]));
  const bare = Buffer.concat([bytes.subarray(0, at), rest.subarray(0, chroma), rest.subarray(chroma + 2 + rest.readUInt16BE(chroma + 2))]);
  expect(readJpegHeader(bare).quality).toBeNull();
});

test("what is told of a decoded JPEG has it, of a PNG not", async () => {
  const facts = async (bytes: Buffer): Promise<number | undefined> =>
    (await decodeBytes(bytes, Buffer.from("x"), { kind: "at-least", shortSide: 0, longSide: 32, sharpness: false })).facts.jpegQuality;
  expect(await facts(await picture.clone().jpeg({ quality: 83 }).toBuffer())).toBe(83);
  expect(await facts(await picture.clone().png().toBuffer())).toBeUndefined();
});
