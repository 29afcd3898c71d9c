/**
 * @file The PNM family: the same fields in every way of writing them, levels of every depth, and files that promise more than they hold.
 */
import { describe, expect, test } from "vitest";

import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import type { Decoded } from "#engine/ingest/decode/decoder.ts";

import { motif } from "../../fixtures/pictures.ts";

function decode(parts: readonly (string | Buffer)[], name = "a.pnm"): Promise<Decoded> {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  return decodeBytes(bytes, Buffer.from(name), { kind: "full" });
}

const greys = async (...parts: (string | Buffer)[]): Promise<number[]> => {
  const { picture } = await decode(parts);
  return [...picture.data].filter((_, at) => at % 3 === 0);
};

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

function floats(littleEndian: boolean, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => (littleEndian ? bytes.writeFloatLE(value, index * 4) : bytes.writeFloatBE(value, index * 4)));
  return bytes;
}

describe("levels", () => {
  test("P1: 1 is black, digits may touch, comments anywhere", async () => {
    expect(await greys("P1\n# drawn by hand\n3 # wide\n2\n101\n0 # half way\n1 0\n")).toEqual([0, 255, 0, 255, 0, 255]);
  });
  test("P2: scaled by the largest sample, what is above it is white", async () => {
    // 15 -> 255, 7 -> 119, 99 -> clipped
    expect(await greys("P2 4 1 15 0 7 15 99")).toEqual([0, 119, 255, 255]);
  });
  test("P3", async () => {
    expect([...(await decode(["P3\n2 1\n255\n1 2 3  250 251 252\n"])).picture.data]).toEqual([1, 2, 3, 250, 251, 252]);
  });
  test("P4: rows end at a byte", async () => {
    expect(await greys("P4 9 2\n", Buffer.from([0b10000001, 0b10000000, 0b01111111, 0b00000000]))).toEqual(
      [0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1].map((light) => light * 255),
    );
  });
  test("P5, 8 bits: the bytes themselves", async () => {
    expect(await greys("P5 2 2 255\n", Buffer.from([0, 10, 200, 255]))).toEqual([0, 10, 200, 255]);
  });
  test("P5, 16 bits: to the nearest level", async () => {
    // 128 * 255 / 65535 = .498, 129 -> .502
    expect(await greys("P5 4 1 65535\n", words(0, 128, 129, 65535))).toEqual([0, 0, 1, 255]);
    expect(await greys("P5 2 1 4095\n", words(2048, 4095))).toEqual([128, 255]);
  });
  test("P6 keeps the motif", async () => {
    const { picture, facts } = await decode(["P6\n64 48\n255\n", motif()], "a.ppm");
    expect(Buffer.from(picture.data).equals(motif())).toBe(true);
    expect(facts).toMatchObject({ format: "pnm", width: 64, height: 48, channels: 3, bitDepth: 8, hasAlpha: false, frameCount: 1 });
  });
  test("P7: alpha is laid on white", async () => {
    const head = (depth: number, type: string): string => `P7\nWIDTH 2\nHEIGHT 1\nDEPTH ${depth}\nMAXVAL 255\nTUPLTYPE ${type}\nENDHDR\n`;
    expect([...(await decode([head(4, "RGB_ALPHA"), Buffer.from([10, 20, 30, 255, 10, 20, 30, 0])])).picture.data]).toEqual([
      10, 20, 30, 255, 255, 255,
    ]);
    const { picture, facts } = await decode([head(2, "GRAYSCALE_ALPHA"), Buffer.from([0, 128, 40, 255])]);
    expect([...picture.data]).toEqual([127, 127, 127, 40, 40, 40]);
    expect(facts).toMatchObject({ channels: 2, hasAlpha: true });
  });
  test.each([true, false])("Pf (little-endian: %s): least to greatest, rows from below", async (little) => {
    expect(await greys(`Pf\n2 2\n${little ? "-1.0" : "1.0"}\n`, floats(little, -100, 100, 0, Number.NaN))).toEqual([128, 0, 0, 255]);
  });
  test("PF: shares of white stay, anything else is spread over all channels together", async () => {
    expect([...(await decode(["PF 1 1 -1\n", floats(true, 0, 0.5, 0.75)])).picture.data]).toEqual([0, 128, 191]);
    expect([...(await decode(["PF 1 1 -1\n", floats(true, 0, 1, 4)])).picture.data]).toEqual([0, 64, 255]);
  });
});

test("only the middle", async () => {
  const bytes = Buffer.concat([Buffer.from("P5 4 4 255\n"), Buffer.from(Array.from({ length: 16 }, (_, at) => at))]);
  const { picture, facts } = await decodeBytes(bytes, Buffer.from("a.pgm"), { kind: "centre", side: 2 });
  expect([...picture.data].filter((_, at) => at % 3 === 0)).toEqual([5, 6, 9, 10]);
  expect(facts).toMatchObject({ width: 4, height: 4 });
});

describe("what is wrong", () => {
  test.each([
    ["P5 2 2 255\n\x01\x02\x03", "truncated"],
    ["P5 30000 8000 255\nshort", "truncated"], // 240 million: refused without asking for them
    ["P1 30000 8000\n1", "truncated"],
    ["P2 2 1 255\n7", "truncated"],
    ["P2 2 1 255\n7  ", "truncated"],
    ["P5 2 2 ", "truncated"],
    ["P7\nWIDTH 2\nHEIGHT 2\n", "truncated"],
    ["P5 0 2 255\n", "corrupt"],
    ["P2 2 1 255\n7 x", "corrupt"],
    ["P5 2 2 70000\n12345678", "corrupt"],
    ["P6 2 two 255\n12345678", "corrupt"],
    ["Pf 1 1 0\n1234", "corrupt"],
    ["P6 100000 100000 255\n", "too-large"],
    ["P7\nWIDTH 1\nHEIGHT 1\nDEPTH 9\nMAXVAL 255\nENDHDR\n123456789", "unsupported"],
    ["words only", "corrupt"],
  ])("%j is %s", async (text, code) => {
    await expect(decode([text])).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
