/**
 * @file Icons of macOS: the largest picture that can be read, PNG, planes of run lengths with and without a mask; files that end too early or lie.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { motifSharp } from "../../fixtures/pictures.ts";
import { macIcon } from "../../fixtures/surfaces.ts";

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.icns"), { kind: "full" });
}

/** Runs of three and more are packed. */
function pack(bytes: readonly number[]): Buffer {
  const packed: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let run = 1;
    while (run < 130 && at + run < bytes.length && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) packed.push(run + 125, bytes[at] as number);
    else packed.push(run - 1, ...bytes.slice(at, at + run));
    at += run;
  }
  return Buffer.from(packed);
}

const pixels = 16 * 16;
const planes = fc.array(fc.constantFrom(0, 9, 200, 255), { minLength: pixels * 3, maxLength: pixels * 3 });
const mask = Buffer.from(Array.from({ length: pixels }, (_, pixel) => pixel));

describe("pixels", () => {
  test("planes that were packed are read, on white where there is a mask", async () => {
    await fc.assert(
      fc.asyncProperty(planes, fc.boolean(), async (samples, hasMask) => {
        const file = macIcon([["is32", pack(samples)], ...(hasMask ? [["s8mk", mask] as const] : [])]);
        const { picture, facts } = await decode(file);
        expect(facts).toMatchObject({ format: "icns", width: 16, height: 16, channels: hasMask ? 4 : 3, hasAlpha: hasMask, frameCount: 1 });
        for (let at = 0; at < pixels * 3; at++) {
          const [pixel, channel] = [Math.floor(at / 3), at % 3];
          const opacity = hasMask ? (mask[pixel] as number) : 255;
          const level = samples[channel * pixels + pixel] as number;
          expect(picture.data[at]).toBe(Math.round((level * opacity + 255 * (255 - opacity)) / 255));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("the largest is shown; what is not read gives way to the next", async () => {
    const png = await motifSharp(128, 128).png().toBuffer();
    const small = Buffer.alloc(pixels * 3, 40);
    const { picture, facts } = await decode(macIcon([["is32", small], ["ic07", png], ["ic10", Buffer.alloc(20)]])); // prettier-ignore
    expect(facts).toMatchObject({ format: "icns", width: 128, height: 128, frameCount: 3 });
    expect(Buffer.from(picture.data).equals(await motifSharp(128, 128).raw().toBuffer())).toBe(true);
    expect((await decode(macIcon([["is32", small], ["TOC ", Buffer.alloc(8)]]))).picture.data[0]).toBe(40); // prettier-ignore
  });

  test("the largest kind of planes has four bytes in front", async () => {
    const samples = Array.from({ length: 128 * 128 * 3 }, (_, at) => (at >> 4) & 255);
    const { picture } = await decode(macIcon([["it32", Buffer.concat([Buffer.alloc(4), pack(samples)])]]));
    expect([...picture.data.subarray(0, 3)]).toEqual([0, samples[128 * 128], samples[2 * 128 * 128]]);
    expect(picture.data[17 * 3]).toBe(1);
  });
});

describe("what is wrong", () => {
  const whole = macIcon([["is32", pack(Array.from({ length: pixels * 3 }, (_, at) => at & 255))]]);
  const long = Buffer.from(whole);
  long.writeUInt32BE(5000, 12);
  test.each([
    ["the last byte is missing", whole.subarray(0, -1), "truncated"],
    ["runs that end", macIcon([["is32", Buffer.from([255, 1, 255, 2])]]), "truncated"],
    ["a short mask", macIcon([["is32", Buffer.alloc(768)], ["s8mk", Buffer.alloc(255)]]), "truncated"], // prettier-ignore
    ["a part longer than the file", long, "corrupt"],
    ["no picture", macIcon([["TOC ", Buffer.alloc(8)]]), "unsupported"],
    ["an unknown packing", macIcon([["ic08", Buffer.alloc(80, 5)]]), "unsupported"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
