/**
 * @file Photoshop documents: the flattened picture in every mode, depth and packing, PSB, and files without one.
 */
import { deflateSync } from "node:zlib";

import sharp from "sharp";
import { describe, expect, test } from "vitest";

import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { motif, motifSharp } from "../../fixtures/pictures.ts";

interface Options {
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
  readonly mode: number;
  /** Planes as they lie in the file, big-endian. */
  readonly planes: readonly Buffer[];
  readonly packing?: "plain" | "runs" | "deflate" | "differences";
  readonly large?: boolean;
  readonly palette?: Buffer;
  readonly resources?: readonly (readonly [number, Buffer])[];
  readonly layers?: number;
}

function psd(options: Options): Buffer {
  const { width = 2, height = 1, depth = 8, mode, planes, packing = "plain", large = false, palette, resources = [], layers } = options;
  const header = Buffer.alloc(26);
  header.write("8BPS", "latin1");
  header.writeUInt16BE(large ? 2 : 1, 4);
  header.writeUInt16BE(planes.length, 12);
  header.writeUInt32BE(height, 14);
  header.writeUInt32BE(width, 18);
  header.writeUInt16BE(depth, 22);
  header.writeUInt16BE(mode, 24);
  const blocks = resources.map(([id, data]) =>
    Buffer.concat([Buffer.from("8BIM"), word(id, 2), Buffer.alloc(2), word(data.length, 4), data, Buffer.alloc(data.length & 1)]),
  );
  const layerInfo = layers === undefined ? Buffer.alloc(0) : Buffer.concat([word(2, large ? 8 : 4), word(layers & 0xffff, 2)]);
  return Buffer.concat([
    header,
    sized(palette ?? Buffer.alloc(0), 4),
    sized(Buffer.concat(blocks), 4),
    sized(layerInfo, large ? 8 : 4),
    packed(options, packing),
  ]);
}

function packed({ planes, height = 1, large = false }: Options, packing: string): Buffer {
  const data = Buffer.concat(planes);
  const rowBytes = data.length / (planes.length * height);
  const rows = Array.from({ length: planes.length * height }, (_, row) => data.subarray(row * rowBytes, (row + 1) * rowBytes));
  if (packing === "plain") return Buffer.concat([word(0, 2), data]);
  if (packing === "deflate") return Buffer.concat([word(2, 2), deflateSync(data)]);
  if (packing === "differences")
    return Buffer.concat([
      word(3, 2),
      deflateSync(
        Buffer.concat(rows.map((row) => Buffer.from(row.map((value, at) => (at === 0 ? value : value - (row[at - 1] as number)))))),
      ),
    ]);
  const runs = rows.map(packBits);
  return Buffer.concat([word(1, 2), ...runs.map((run) => word(run.length, large ? 4 : 2)), ...runs]);
}

/** Repeats as runs, all else one by one. */
function packBits(row: Buffer): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < row.length;) {
    let run = 1;
    while (run < 128 && row[at + run] === row[at]) run++;
    if (run > 1) bytes.push(257 - run, row[at] as number);
    else bytes.push(0, row[at] as number);
    at += run;
  }
  return Buffer.from(bytes);
}

function word(value: number, length: 2 | 4 | 8): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, Math.max(0, length - 6), Math.min(6, length));
  return bytes;
}

function sized(data: Buffer, lengthBytes: 4 | 8): Buffer {
  return Buffer.concat([word(data.length, lengthBytes), data]);
}

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("a.psd"), { kind: "full" });
}

const rgb = async (options: Options): Promise<number[]> => [...(await decode(psd(options))).picture.data];
const planesOfMotif = [0, 1, 2].map((channel) => Buffer.from(motif().filter((_, at) => at % 3 === channel)));

describe("packings", () => {
  test.each(["plain", "runs", "deflate", "differences"] as const)("%s, PSD and PSB", async (packing) => {
    for (const large of [false, true]) {
      const { picture, facts } = await decode(psd({ mode: 3, width: 64, height: 48, planes: planesOfMotif, packing, large }));
      expect(Buffer.from(picture.data).equals(motif())).toBe(true);
      expect(facts).toMatchObject({ format: "psd", width: 64, height: 48, channels: 3, bitDepth: 8, hasAlpha: false, frameCount: 1 });
    }
  });
});

describe("modes and depths", () => {
  test("bitmap: 1 is black", async () => {
    expect(await rgb({ mode: 0, depth: 1, width: 3, planes: [Buffer.from([0b01000000])] })).toEqual([
      255, 255, 255, 0, 0, 0, 255, 255, 255,
    ]);
  });
  test("grey and duotone", async () => {
    for (const mode of [1, 8]) expect(await rgb({ mode, planes: [Buffer.from([7, 200])] })).toEqual([7, 7, 7, 200, 200, 200]);
  });
  test("16 bits: to the nearest level", async () => {
    // 128 / 257 = .498, 129 / 257 = .502
    const wide = Buffer.concat([word(128, 2), word(129, 2)]);
    expect(await rgb({ mode: 1, depth: 16, planes: [wide] })).toEqual([0, 0, 0, 1, 1, 1]);
  });
  test("32 bits: linear light", async () => {
    const floats = Buffer.alloc(8);
    floats.writeFloatBE(0.21586, 0); // ((128 / 255 + .055) / 1.055) ** 2.4
    floats.writeFloatBE(1.5, 4);
    expect(await rgb({ mode: 1, depth: 32, planes: [floats] })).toEqual([128, 128, 128, 255, 255, 255]);
  });
  test("palette", async () => {
    const palette = Buffer.alloc(768);
    [10, 20, 30].forEach((value, channel) => (palette[channel * 256 + 5] = value));
    expect(await rgb({ mode: 2, planes: [Buffer.from([5, 0])], palette })).toEqual([10, 20, 30, 0, 0, 0]);
  });
  test("CMYK: stored as what is left of the paper", async () => {
    // Full magenta; and half of everything: 128 x 128 / 255 = 64.25
    const planes = [
      [255, 128],
      [0, 128],
      [255, 128],
      [255, 128],
    ].map((plane) => Buffer.from(plane));
    expect(await rgb({ mode: 4, planes })).toEqual([255, 0, 255, 64, 64, 64]);
  });
  test("CMYK through its profile: what libvips shows of the same inks", async () => {
    const tagged = await motifSharp(32, 32).withIccProfile("cmyk").tiff({ compression: "none" }).toBuffer();
    const { icc } = await sharp(tagged).metadata();
    const inks = await sharp(tagged).pipelineColourspace("cmyk").toColourspace("cmyk").raw().toBuffer();
    const planes = [0, 1, 2, 3].map((ink) => Buffer.from(inks.filter((_, at) => at % 4 === ink).map((value) => 255 - value)));
    const found = await rgb({ mode: 4, width: 32, height: 32, planes, resources: [[1039, icc as Buffer]] });
    const expected = await sharp(tagged).toColourspace("srgb").raw().toBuffer();
    expect(Math.max(...found.map((value, at) => Math.abs(value - (expected[at] as number))))).toBeLessThanOrEqual(1);
    expect(found).not.toEqual(await rgb({ mode: 4, width: 32, height: 32, planes }));
  });
  test("Lab: white and mid grey", async () => {
    const found = await rgb({
      mode: 9,
      planes: [
        [255, 137],
        [128, 128],
        [128, 128],
      ].map((plane) => Buffer.from(plane)),
    });
    found.forEach((value, at) => expect(Math.abs(value - (at < 3 ? 255 : 128))).toBeLessThanOrEqual(1));
  });
  test("RGB through its profile", async () => {
    const { icc } = await sharp(await motifSharp().withIccProfile("p3").png().toBuffer()).metadata();
    const inP3 = await sharp(Buffer.from([200, 60, 70]), { raw: { width: 1, height: 1, channels: 3 } })
      .withIccProfile("p3")
      .raw()
      .toBuffer();
    const planes = [...inP3].map((value) => Buffer.from([value, value]));
    const found = await rgb({
      mode: 3,
      planes,
      resources: [
        [1000, Buffer.from("odd")],
        [1039, icc as Buffer],
      ],
    });
    [200, 60, 70].forEach((value, channel) => expect(Math.abs((found[channel] as number) - value)).toBeLessThanOrEqual(2));
  });
  test("transparency: the colours lie on white already, but for what is not to be seen at all", async () => {
    const bytes = psd({
      mode: 3,
      planes: [
        [1, 2],
        [3, 4],
        [5, 6],
        [9, 0],
      ].map((plane) => Buffer.from(plane)),
      layers: -1,
    });
    const { picture, facts } = await decode(bytes);
    expect([...picture.data]).toEqual([1, 3, 5, 255, 255, 255]);
    expect(facts).toMatchObject({ hasAlpha: true, channels: 4 });
  });
});

describe("what is wrong", () => {
  const whole = psd({ mode: 3, width: 64, height: 48, planes: planesOfMotif, packing: "runs" });
  test.each([
    ["cut in the rows", whole.subarray(0, -9), "truncated"],
    ["cut in the table", whole.subarray(0, 60), "truncated"],
    ["cut in the header", whole.subarray(0, 20), "truncated"],
    ["a plain one without its last byte", psd({ mode: 1, planes: [Buffer.from([1, 2])] }).subarray(0, -1), "truncated"],
    [
      "a huge picture of nothing",
      psd({ mode: 1, width: 16000, height: 16000, planes: [Buffer.from([1, 2])], packing: "plain" }),
      "truncated",
    ],
    ["a mode that there is not", psd({ mode: 6, planes: [Buffer.from([1, 2])] }), "corrupt"],
    ["7 bits", psd({ mode: 1, depth: 7, planes: [Buffer.from([1, 2])] }), "corrupt"],
    ["too few channels", psd({ mode: 3, planes: [Buffer.from([1, 2])] }), "corrupt"],
    [
      "more pixels than any picture",
      psd({ mode: 1, width: 300000, height: 300000, planes: [Buffer.from([1, 2])], large: true }),
      "too-large",
    ],
    [
      "saved without a flattened picture",
      psd({ mode: 1, planes: [Buffer.from([255, 255])], resources: [[1057, Buffer.from([0, 0, 0, 1, 0, 0, 0])]] }),
      "unsupported",
    ],
  ])("%s", async (_name, bytes, code) => {
    await expect(decode(bytes)).rejects.toMatchObject({ name: "DecodeError", code });
  });
});
