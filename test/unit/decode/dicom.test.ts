/**
 * @file DICOM: windows, number formats, transfer syntaxes, palettes; and that the patient stays apart.
 */
import { describe, expect, test } from "vitest";

import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import type { Decoded } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import {
  blue,
  dicom,
  fields,
  green,
  motif,
  motifSharp,
  red,
  runLengthFrame,
  transferSyntaxes,
  type DicomOptions,
} from "../../fixtures/pictures.ts";

function decode(bytes: Buffer): Promise<Decoded> {
  return decodeBytes(bytes, Buffer.from("scan.dcm"), { kind: "full" });
}

/** 2 x 2 samples of 16 bits. */
function words(values: readonly number[], big = false): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => (big ? bytes.writeUInt16BE(value & 0xffff, index * 2) : bytes.writeUInt16LE(value & 0xffff, index * 2)));
  return bytes;
}

function greys(decoded: Decoded): number[] {
  return [...decoded.picture.data].filter((_, index) => index % 3 === 0);
}

describe("grey", () => {
  const cases: readonly [string, Partial<DicomOptions> & { pixels: Buffer }, number[]][] = [
    // Window 40 / 400 on rescaled values: y = ((x - 39.5) / 399 + 0.5) * 255
    [
      "signed with rescale and window",
      { pixels: words([-1000, -160, 39, 1000]), signed: true, slope: 1, intercept: 0, window: [40, 400] },
      [0, 0, 127, 255],
    ],
    [
      "rescale comes before the window",
      { pixels: words([0, 924, 1063, 3000]), slope: 1, intercept: -1024, window: [40, 400] },
      [0, 38, 127, 255],
    ],
    ["no window: least to greatest", { pixels: words([100, 200, 300, 500]) }, [0, 64, 128, 255]],
    ["MONOCHROME1 is inverted", { pixels: words([100, 200, 300, 500]), photometric: "MONOCHROME1" }, [255, 191, 128, 0]],
    ["12 of 16 bits: what lies above is cut off", { pixels: words([0xf000, 0xf400, 0xf800, 0xffff]), bitsStored: 12 }, [0, 64, 128, 255]],
    ["12 signed bits", { pixels: words([0x800, 0xc00, 0, 0x7ff]), bitsStored: 12, signed: true }, [0, 64, 128, 255]],
    ["8 bits without a window are shown as they are", { pixels: Buffer.from([0, 50, 100, 200]), bitsAllocated: 8 }, [0, 50, 100, 200]],
    ["big endian", { pixels: words([100, 200, 300, 500], true), transferSyntax: transferSyntaxes.explicitBig }, [0, 64, 128, 255]],
    ["implicit", { pixels: words([100, 200, 300, 500]), transferSyntax: transferSyntaxes.implicitLittle }, [0, 64, 128, 255]],
    ["deflated", { pixels: words([100, 200, 300, 500]), transferSyntax: transferSyntaxes.deflated }, [0, 64, 128, 255]],
    [
      "run lengths of 16 bits: high bytes first",
      {
        pixels: runLengthFrame([Buffer.from([0, 0, 1, 1]), Buffer.from([100, 200, 44, 244])]),
        transferSyntax: transferSyntaxes.runLengths,
        encapsulated: true,
      },
      [0, 64, 128, 255],
    ],
  ];
  test.each(cases)("%s", async (_name, options, expected) => {
    const decoded = await decode(dicom({ rows: 2, columns: 2, ...options }));
    expect(decoded.facts).toMatchObject({ format: "dicom", width: 2, height: 2 });
    greys(decoded).forEach((value, index) => expect(Math.abs(value - (expected[index] as number))).toBeLessThanOrEqual(1));
  });

  test("without the part 10 preamble, by its extension", async () => {
    const whole = dicom({ rows: 2, columns: 2, pixels: words([100, 200, 300, 500]), transferSyntax: transferSyntaxes.implicitLittle });
    const start = whole.indexOf(Buffer.from([0x08, 0x00, 0x60, 0x00]));
    expect(greys(await decode(whole.subarray(start)))[3]).toBe(255);
  });
});

describe("colour", () => {
  const plane = (channel: number): Buffer => Buffer.from(fields.map((colour) => colour[channel] as number));
  const expected = fields.flat();

  test("by pixel, by plane, in run lengths", async () => {
    const base = { rows: 2, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, photometric: "RGB" } as const;
    const files = [
      dicom({ ...base, planar: 0, pixels: Buffer.from(expected) }),
      dicom({ ...base, planar: 1, pixels: Buffer.concat([plane(0), plane(1), plane(2)]) }),
      dicom({
        ...base,
        planar: 0,
        pixels: runLengthFrame([plane(0), plane(1), plane(2)]),
        encapsulated: true,
        transferSyntax: transferSyntaxes.runLengths,
      }),
    ];
    for (const file of files) expect([...(await decode(file)).picture.data]).toEqual(expected);
  });

  test("palette", async () => {
    const table = (channel: number): Buffer =>
      Buffer.concat([red, green, blue].map((colour) => Buffer.from([0, colour[channel] as number])));
    const file = dicom({
      rows: 1,
      columns: 4,
      bitsAllocated: 8,
      photometric: "PALETTE COLOR",
      pixels: Buffer.from([2, 1, 0, 9]),
      palette: [table(0), table(1), table(2)],
    });
    // 9 lies beyond the table: the last entry
    expect([...(await decode(file)).picture.data]).toEqual([...blue, ...green, ...red, ...blue]);
  });

  test("baseline JPEG", async () => {
    const frame = await motifSharp(64, 48).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
    const file = dicom({
      rows: 48,
      columns: 64,
      samplesPerPixel: 3,
      planar: 0,
      bitsAllocated: 8,
      photometric: "YBR_FULL",
      pixels: frame,
      encapsulated: true,
      transferSyntax: transferSyntaxes.jpegBaseline,
    });
    const { picture } = await decode(file);
    const original = motif(64, 48);
    for (const at of [0, 63 * 3, 47 * 64 * 3])
      expect(Math.abs((picture.data[at] as number) - (original[at] as number))).toBeLessThanOrEqual(8);
  });
});

test("the components of an unmarked JPEG are RGB where the header says so", async () => {
  const frame = await motifSharp(64, 48).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer();
  expect(frame.includes("JFIF") || frame.includes("Adobe")).toBe(false);
  const file = dicom({
    rows: 48,
    columns: 64,
    samplesPerPixel: 3,
    planar: 0,
    bitsAllocated: 8,
    photometric: "RGB",
    pixels: frame,
    encapsulated: true,
    transferSyntax: transferSyntaxes.jpegBaseline,
  });
  // The red field as libjpeg wrote it: Y = .299 * 220 + .587 * 30 + .114 * 40 = 88, Cb = 128 + (40 - 88) / 1.772 = 101, Cr = 128 + (220 - 88) / 1.402 = 222
  const [y, cb, cr] = (await decode(file)).picture.data;
  for (const [seen, expected] of [
    [y, 88],
    [cb, 101],
    [cr, 222],
  ] as const)
    expect(Math.abs((seen as number) - expected)).toBeLessThanOrEqual(4);
});

test("one bit a sample, and colour of sixteen", async () => {
  // Lowest bit first: 0b0101 -> 1 0 1 0
  const mask = dicom({ rows: 2, columns: 2, bitsAllocated: 1, bitsStored: 1, pixels: Buffer.from([0b0101, 0]) });
  expect(greys(await decode(mask))).toEqual([255, 0, 255, 0]);
  const deep = dicom({
    rows: 1,
    columns: 2,
    bitsAllocated: 16,
    samplesPerPixel: 3,
    planar: 0,
    photometric: "RGB",
    pixels: words([0x1000, 0x8000, 0xff00, 0x00ff, 0x0100, 0xffff]),
  });
  expect([...(await decode(deep)).picture.data]).toEqual([0x10, 0x80, 0xff, 0, 1, 0xff]);
});

test("a preamble that spells TIFF is still DICOM", async () => {
  const file = dicom({ rows: 2, columns: 2, pixels: words([100, 200, 300, 500]) });
  file.write("II*\0", 0, "latin1");
  expect((await decodeBytes(file, Buffer.from("scan"), { kind: "full" })).facts.format).toBe("dicom");
});

describe("what it says and what it refuses", () => {
  test("facts, the patient apart", async () => {
    const { dicom: facts } = await decode(
      dicom({ rows: 2, columns: 2, pixels: words([1, 2, 3, 4]), window: [40, 400], patientName: "Doe^Jane" }),
    );
    expect(facts).toMatchObject({
      modality: "CT",
      bodyPart: "CHEST",
      seriesDescription: "THIN AXIAL",
      rows: 2,
      columns: 2,
      windows: [{ centre: 40, width: 400, name: null }],
      patient: { name: "Doe, Jane" },
    });
    expect(JSON.stringify({ ...facts, patient: null })).not.toContain("Doe");
  });

  test.each([
    [
      "video",
      dicom({ rows: 2, columns: 2, pixels: words([1, 2, 3, 4]), encapsulated: true, transferSyntax: "1.2.840.10008.1.2.4.100" }),
      "unsupported",
      /1\.2\.840\.10008\.1\.2\.4\.100 \(video\)/,
    ],
    ["too few samples", dicom({ rows: 20, columns: 20, pixels: words([1, 2, 3, 4]) }), "truncated", /800 bytes, the file has 8/],
    ["a header that breaks off", dicom({ rows: 2, columns: 2, pixels: words([1, 2, 3, 4]) }).subarray(0, 190), "truncated", /header/],
    [
      "a header without its picture",
      dicom({ rows: 2, columns: 2, pixels: words([1, 2, 3, 4]) }).subarray(0, -20),
      "truncated",
      /before its picture/,
    ],
  ] as const)("%s", async (_name, bytes, code, message) => {
    const failure = await decode(bytes).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(DecodeError);
    expect((failure as DecodeError).code).toBe(code);
    expect((failure as DecodeError).message).toMatch(message);
  });
});
