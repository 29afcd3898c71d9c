/**
 * @file SGI images: what is written plainly or as run lengths is read back, 8 and 16 bits, one to four channels; files that end too early or lie.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { formatByHead } from "#engine/ingest/decode/sniff.ts";

import { sgi } from "../../fixtures/surfaces.ts";

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.sgi"), { kind: "full" });
}

describe("pixels", () => {
  const picture = fc
    .record({
      width: fc.integer({ min: 1, max: 300 }),
      height: fc.integer({ min: 1, max: 6 }),
      channels: fc.constantFrom(1, 2, 3, 4),
      sampleBytes: fc.constantFrom(1 as const, 2 as const),
      runLengths: fc.boolean(),
    })
    .chain((shape) => {
      const length = shape.width * shape.height * shape.channels;
      // Few values, so that there are runs.
      const values = shape.sampleBytes === 1 ? [0, 7, 128, 255] : [0, 300, 0x8000, 0xffff];
      return fc.array(fc.constantFrom(...values), { minLength: length, maxLength: length }).map((samples) => ({ ...shape, samples }));
    });

  test("what was written is read", async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (options) => {
        const { picture: found, facts } = await decode(sgi(options));
        const { width, height, channels, sampleBytes, samples } = options;
        expect(facts).toMatchObject({ format: "sgi", width, height, channels, bitDepth: sampleBytes * 8, hasAlpha: channels % 2 === 0 });
        const share = (at: number): number => (samples[at] as number) / (sampleBytes === 1 ? 255 : 65535);
        for (let pixel = 0; pixel < width * height; pixel++)
          for (let channel = 0; channel < 3; channel++) {
            const opacity = channels % 2 === 0 ? share(pixel * channels + channels - 1) : 1;
            const colour = share(pixel * channels + (channels >= 3 ? channel : 0));
            const expected = 255 * (colour * opacity + 1 - opacity);
            expect(Math.abs((found.data[pixel * 3 + channel] as number) - expected)).toBeLessThan(1.01);
          }
      }),
      { numRuns: 60 },
    );
  });

  test("one and two dimensions are grey", async () => {
    const samples = [1, 2, 3, 4];
    const flat = await decode(sgi({ width: 2, height: 2, samples, dimension: 2 }));
    expect([...flat.picture.data]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    const line = await decode(sgi({ width: 4, height: 1, samples, dimension: 1 }));
    expect(line.facts).toMatchObject({ width: 4, height: 1, channels: 1 });
  });
});

test("other names: the bytes decide", async () => {
  const bytes = sgi({ width: 2, height: 2, samples: [1, 2, 3, 4] });
  expect(formatByHead(bytes)).toBe("sgi");
  expect((await decodeBytes(bytes, Buffer.from("picture.bw"), { kind: "full" })).facts.format).toBe("sgi");
  expect(formatByHead(Buffer.from("\x01\xda and a text that begins so", "latin1"))).toBeNull();
});

describe("what is wrong", () => {
  const whole = sgi({ width: 5, height: 3, samples: [1, 2, 3] });
  const packed = sgi({ width: 50, height: 2, samples: Array.from({ length: 100 }, (_, at) => at), runLengths: true });
  const changed = (bytes: Buffer, at: number, value: number): Buffer => {
    const other = Buffer.from(bytes);
    other.writeUInt16BE(value, at);
    return other;
  };
  const endless = Buffer.concat([packed.subarray(0, 512 + 16), Buffer.alloc(200)]);
  test.each([
    ["the last byte is missing", whole.subarray(0, -1), "truncated"],
    ["the header is cut", whole.subarray(0, 300), "truncated"],
    ["the tables are cut", packed.subarray(0, 520), "truncated"],
    ["a row beyond the end", packed.subarray(0, -1), "truncated"],
    ["rows without runs", endless, "corrupt"],
    ["a run that ends inside", changed(packed, 512 + 10, 0x0003), "corrupt"],
    ["five channels", changed(whole, 10, 5), "unsupported"],
    ["a colour map", sgi({ width: 1, height: 1, samples: [1], colourMap: 1 }), "unsupported"],
    ["no width", changed(whole, 6, 0), "corrupt"],
    ["more pixels than any picture", changed(changed(packed, 6, 65535), 8, 65535), "too-large"],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
