/**
 * @file From stored values to grey as PS3.3 C.11 has it: modality and VOI, as numbers and as tables, several windows, windows of single frames, padding; and
 * palettes.
 */
import { describe, expect, test } from "vitest";

import type { View } from "#engine/ingest/decode/decoder.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { dicomFile, greyHeader, withElements, words, type DicomElements } from "../../fixtures/dicom.ts";

async function levels(elements: DicomElements, view: View = {}): Promise<number[]> {
  const { picture } = await decodeBytes(dicomFile(elements), Buffer.from("a.dcm"), { kind: "full", ...view });
  return [...picture.data].filter((_, index) => index % 3 === 0);
}

/** A row of 16-bit values and what else the header says. */
function row(values: readonly number[], ...others: DicomElements): DicomElements {
  return withElements(greyHeader(1, values.length), ...others, [0x7fe00010, "OW", words(values)]);
}

const window = (centre: string, width: string, kind?: string): DicomElements => [
  [0x00281050, "DS", centre],
  [0x00281051, "DS", width],
  ...(kind === undefined ? [] : [[0x00281056, "CS", kind] as const]),
];
const table = (descriptor: readonly number[], data: Buffer): DicomElements => [
  [0x00283002, "US", descriptor],
  [0x00283006, "OW", data],
];
const round = (shares: readonly number[]): number[] => shares.map((share) => Math.round(255 * Math.min(1, Math.max(0, share))));

describe("windows", () => {
  const values = [0, 90, 95, 99, 100, 101, 105, 110, 300];

  test("LINEAR: y = (x - (c - .5)) / (w - 1) + .5", async () => {
    const expected = round(values.map((x) => (x - 99.5) / 19 + 0.5));
    expect(await levels(row(values, ...window("100", "20")))).toEqual(expected);
    expect(await levels(row(values, ...window("100", "20", "LINEAR")))).toEqual(expected);
    // From the standard: the borders themselves.
    expect([expected[1], expected[7]]).toEqual([0, 255]);
  });

  test("LINEAR_EXACT: y = (x - c) / w + .5", async () => {
    expect(await levels(row(values, ...window("100", "20", "LINEAR_EXACT")))).toEqual(round(values.map((x) => (x - 100) / 20 + 0.5)));
    expect(await levels(row([0, 1, 2], ...window("1", ".5", "LINEAR_EXACT")))).toEqual([0, 128, 255]);
  });

  test("SIGMOID: y = 1 / (1 + exp(-4 (x - c) / w))", async () => {
    expect(await levels(row(values, ...window("100", "20", "SIGMOID")))).toEqual(
      round(values.map((x) => 1 / (1 + Math.exp((-4 * (x - 100)) / 20)))),
    );
  });

  test("of width 1 LINEAR is a threshold", async () => {
    expect(await levels(row([99, 100, 101], ...window("100", "1")))).toEqual([0, 255, 255]);
  });

  test("of several the first is shown, each can be asked for, and what is none is passed over", async () => {
    const several = row(values, ...window("100\\95", "20\\10"));
    const first = round(values.map((x) => (x - 99.5) / 19 + 0.5));
    const second = round(values.map((x) => (x - 94.5) / 9 + 0.5));
    expect(await levels(several)).toEqual(first);
    expect(await levels(several, { window: 1 })).toEqual(second);
    expect(await levels(several, { window: 7 })).toEqual(first);
    expect(await levels(row(values, ...window("100\\95", "0\\10")))).toEqual(second);
    // None at all: the range of the values.
    expect(await levels(row([100, 200, 300], ...window("100", "-5")))).toEqual([0, 128, 255]);
    expect(await levels(row([100, 200, 300], ...window("", "")))).toEqual([0, 128, 255]);
  });

  test("MONOCHROME1 turns light around, after the window", async () => {
    const inverted = row(values, [0x00280004, "CS", "MONOCHROME1"], ...window("100", "20", "LINEAR_EXACT"));
    expect(await levels(inverted)).toEqual(round(values.map((x) => 1 - Math.min(1, Math.max(0, (x - 100) / 20 + 0.5)))));
  });

  test("large pictures go through a table and show the same", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => (index * 13) % 4000);
    const signed = many.map((value) => value - 2000);
    expect(await levels(row(many, ...window("2000", "3000")))).toEqual(round(many.map((x) => (x - 1999.5) / 2999 + 0.5)));
    expect(await levels(row(signed, [0x00280103, "US", [1]], ...window("0", "3000")))).toEqual(
      round(signed.map((x) => (x + 0.5) / 2999 + 0.5)),
    );
  });
});

describe("tables", () => {
  test("a modality table comes before the window", async () => {
    const elements = row([4, 5, 6, 7, 90], ...window("500", "1000", "LINEAR_EXACT"), [
      0x00283000,
      "SQ",
      [table([3, 5, 16], words([110, 500, 900]))],
    ]);
    // Below the table its first entry counts, above it the last.
    expect(await levels(elements)).toEqual(round([0.11, 0.11, 0.5, 0.9, 0.9]));
  });

  test("a VOI table comes instead of the windows, which can still be asked for", async () => {
    const elements = row(
      [0, 10, 11, 12, 50],
      ...window("10", "20", "LINEAR_EXACT"),
      [0x00281052, "DS", "5"],
      [0x00281053, "DS", "1"],
      [0x00283010, "SQ", [table([3, 15, 12], words([0, 2048, 4095])), table([1, 0, 8], Buffer.from([51, 0]))]],
    );
    expect(await levels(elements)).toEqual(round([0, 0, 2048 / 4095, 1, 1]));
    expect(await levels(elements, { window: 1 })).toEqual([51, 51, 51, 51, 51]);
    expect(await levels(elements, { window: 2 })).toEqual(round([0.25, 0.75, 0.8, 0.85, 1]));
  });

  test("of signed pixels begin below zero", async () => {
    const elements = row(
      [-3, -2, -1, 0],
      [0x00280103, "US", [1]],
      [0x00283010, "SQ", [table([3, 65534, 8], Buffer.from([10, 20, 30, 0]))]],
    );
    expect(await levels(elements)).toEqual([10, 10, 20, 30]);
  });

  test("of 65,536 entries say 0", async () => {
    const entries = words(Array.from({ length: 65_536 }, (_, index) => 65_535 - index));
    expect(await levels(row([0, 65_535], [0x00283000, "SQ", [table([0, 0, 16], entries)]]))).toEqual([255, 0]);
  });
});

describe("the range of the values themselves", () => {
  test("leaves padding out", async () => {
    expect(await levels(row([63_536, 100, 200, 300], [0x00280120, "US", [63_536]]))).toEqual([255, 0, 128, 255]);
    const signed = row([-2000, -1990, 100, 200, 300], [0x00280103, "US", [1]], [0x00280120, "SS", [-2000]], [0x00280121, "SS", [-1985]]);
    expect(await levels(signed)).toEqual([0, 0, 0, 128, 255]);
  });

  test("leaves the outermost thousandths out", async () => {
    const many = Array.from({ length: 4000 }, (_, index) => 100 + (index % 3) * 100);
    many[17] = 60_000;
    expect((await levels(row(many))).slice(0, 3)).toEqual([0, 128, 255]);
    // But not where nothing else differs.
    const lonely = Array.from({ length: 4000 }, (_, index) => (index === 5 ? 900 : 0));
    expect((await levels(row(lonely)))[5]).toBe(255);
  });

  test("turns with a falling rescale", async () => {
    expect(await levels(row([100, 200, 300], [0x00281052, "DS", "0"], [0x00281053, "DS", "-2"]))).toEqual([255, 128, 0]);
  });

  test("of floating-point pixels", async () => {
    const floats = Buffer.from(Float32Array.from([0.5, 0.75, 1]).buffer);
    const doubles = Buffer.from(Float64Array.from([-10, 0, 10]).buffer);
    const header = greyHeader(1, 3);
    expect(await levels(withElements(header, [0x7fe00008, "OF", floats]))).toEqual([0, 128, 255]);
    expect(await levels(withElements(header, [0x7fe00009, "OD", doubles]))).toEqual([0, 128, 255]);
  });
});

test("frames have rescale and window of their own", async () => {
  const group = (centre: number, slope: number): DicomElements => [
    [0x00289132, "SQ", [window(String(centre), "100", "LINEAR_EXACT")]],
    [
      0x00289145,
      "SQ",
      [
        [
          [0x00281052, "DS", "0"],
          [0x00281053, "DS", String(slope)],
        ],
      ],
    ],
  ];
  const elements = withElements(
    greyHeader(1, 2),
    [0x00280008, "IS", "2"],
    [0x52009230, "SQ", [group(50, 1), group(500, 10)]],
    [0x7fe00010, "OW", words([20, 80, 48, 53])],
  );
  expect(await levels(elements, { frame: 0 })).toEqual(round([0.2, 0.8]));
  expect(await levels(elements, { frame: 1 })).toEqual(round([0.3, 0.8]));
  expect(await levels(elements)).toEqual(round([0.3, 0.8]));
});

describe("palettes", () => {
  const coloured = async (data: readonly (readonly [number, string, Buffer])[], descriptor: readonly number[]): Promise<number[]> => {
    const elements = withElements(
      greyHeader(1, 3),
      [0x00280004, "CS", "PALETTE COLOR"],
      [0x00280100, "US", [8]],
      [0x00280101, "US", [8]],
      [0x00280102, "US", [7]],
      [0x00281101, "US", descriptor],
      [0x00281102, "US", descriptor],
      [0x00281103, "US", descriptor],
      ...data,
      [0x7fe00010, "OB", Buffer.from([0, 1, 2, 0])],
    );
    return [...(await decodeBytes(dicomFile(elements), Buffer.from("a"), { kind: "full" })).picture.data];
  };

  test("of 16 bits, of bytes, and of bytes in 16 bits", async () => {
    const sixteen = [0x00281201, 0x00281202, 0x00281203].map((tag, index) => [tag, "OW", words([0x1000 * index, 0x8000, 0xff00])] as const);
    expect(await coloured(sixteen, [3, 0, 16])).toEqual([0, 16, 32, 128, 128, 128, 255, 255, 255]);
    const bytes = [0x00281201, 0x00281202, 0x00281203].map((tag, index) => [tag, "OW", Buffer.from([10 * index, 128, 255, 0])] as const);
    expect(await coloured(bytes, [3, 0, 8])).toEqual([0, 10, 20, 128, 128, 128, 255, 255, 255]);
    const wide = [0x00281201, 0x00281202, 0x00281203].map((tag, index) => [tag, "OW", words([10 * index, 128, 255])] as const);
    expect(await coloured(wide, [3, 0, 16])).toEqual([0, 10, 20, 128, 128, 128, 255, 255, 255]);
  });

  test("in segments: a run, a slope to 0xff00 in two steps; and the same again", async () => {
    const run = words([0, 1, 0x1000, 1, 2, 0xff00]);
    const segments = [0x00281221, 0x00281222, 0x00281223].map((tag) => [tag, "OW", run] as const);
    const middle = (0x1000 + (0xff00 - 0x1000) / 2) >> 8;
    expect(await coloured(segments, [3, 0, 16])).toEqual([16, 16, 16, middle, middle, middle, 255, 255, 255]);
    const again = words([0, 1, 0x4000, 2, 1, 0, 0]);
    const repeated = [0x00281221, 0x00281222, 0x00281223].map((tag) => [tag, "OW", again] as const);
    expect(await coloured(repeated, [2, 0, 16])).toEqual(Array(9).fill(64));
  });

  test("that are not whole are named", async () => {
    await expect(coloured([[0x00281201, "OW", words([1, 2, 3])]], [3, 0, 16])).rejects.toThrow(/without a whole palette/);
    const wrong = [0x00281221, 0x00281222, 0x00281223].map((tag) => [tag, "OW", words([9, 1, 5])] as const);
    await expect(coloured(wrong, [3, 0, 16])).rejects.toThrow(/segment 9/);
  });
});
