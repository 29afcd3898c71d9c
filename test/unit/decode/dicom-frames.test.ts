/**
 * @file Finding a frame among many: in a row, bit by bit, in fragments with a basic or an extended offset table, without one, and with one that is wrong.
 */
import { describe, expect, test } from "vitest";

import { encapsulatedFrame } from "#engine/ingest/decode/formats/dicom-frames.ts";
import { readDicom } from "#engine/ingest/decode/formats/dicom-header.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { dicomFile, fragments, greyHeader, withElements, words, type DicomElements } from "../../fixtures/dicom.ts";
import { runLengthFrame } from "../../fixtures/pictures.ts";

const runLengths = "1.2.840.10008.1.2.5";
const jpeg = "1.2.840.10008.1.2.4.50";
const eight: DicomElements = [
  [0x00280100, "US", [8]],
  [0x00280101, "US", [8]],
  [0x00280102, "US", [7]],
];

/** The bytes of each frame; of those that cannot be had the message. */
function framesOf(frames: number, pixels: Buffer, others: DicomElements = []): string[] {
  const image = readDicom(
    dicomFile(withElements(greyHeader(1, 1), [0x00280008, "IS", String(frames)], ...others, [0x7fe00011, "", pixels]), { syntax: jpeg }),
  );
  return Array.from({ length: frames }, (_, frame) => {
    try {
      return encapsulatedFrame(image, frame).toString("latin1");
    } catch (thrown) {
      return `! ${(thrown as Error).message}`;
    }
  });
}

const piece = (text: string): Buffer => Buffer.from(text, "latin1");
/** Two frames of two fragments each; heads have 8 bytes. */
const pieces = [piece("\xff\xd8aa"), piece("bbbb"), piece("\xff\xd8cc"), piece("dddd")];
const both = ["\xff\xd8aabbbb", "\xff\xd8ccdddd"];

function longs(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * 8));
  return bytes;
}

describe("fragments", () => {
  test("of one frame belong together, whatever the table says", () => {
    expect(framesOf(1, fragments(pieces))).toEqual([both.join("")]);
    expect(framesOf(1, fragments(pieces, [0]))).toEqual([both.join("")]);
  });

  test("by the basic offset table", () => {
    expect(framesOf(2, fragments(pieces, [0, 24]))).toEqual(both);
  });

  test("by the extended one, which also knows the length without padding", () => {
    const tables: DicomElements = [
      [0x7fe00001, "OV", longs([0, 24])],
      [0x7fe00002, "OV", longs([8, 8])],
    ];
    expect(framesOf(2, fragments(pieces), tables)).toEqual(both);
    const single = [piece("abc"), piece("defg")];
    expect(
      framesOf(2, fragments(single), [
        [0x7fe00001, "OV", longs([0, 12])],
        [0x7fe00002, "OV", longs([3, 4])],
      ]),
    ).toEqual(["abc", "defg"]);
  });

  test("without a table: one for each frame, else from codestream to codestream", () => {
    expect(framesOf(4, fragments(pieces))).toEqual(["\xff\xd8aa", "bbbb", "\xff\xd8cc", "dddd"]);
    expect(framesOf(2, fragments(pieces))).toEqual(both);
  });

  test("a table that leads nowhere is not followed", () => {
    for (const offsets of [
      [0, 999_999],
      [0, 0xffffffff],
      [5, 7],
      [24, 0],
    ])
      expect(framesOf(2, fragments(pieces, offsets))).toEqual(both);
    expect(framesOf(2, fragments(pieces), [[0x7fe00001, "OV", longs([2 ** 40, 3])]])).toEqual(both);
  });

  test("fewer frames than the header says, empty ones, and a file that ends inside one", () => {
    expect(framesOf(3, fragments(pieces))[0]).toMatch(/the header says 3 frames, the file has 2/);
    expect(framesOf(2, fragments([piece(""), piece("bb")]))).toEqual([expect.stringMatching(/frame 1 of 2 has no bytes/), "bb"]);
    const cut = fragments([piece("aaaa"), piece("bbbb")]).subarray(0, -10);
    expect(framesOf(2, cut)).toEqual(["aaaa", expect.stringMatching(/ends inside frame 2 of 2/)]);
    expect(framesOf(1, fragments([]))[0]).toMatch(/before its first frame/);
  });
});

test("frames in a row, of run lengths, and of single bits that begin inside a byte", async () => {
  const greys = async (bytes: Buffer, frame?: number): Promise<number[]> => {
    const view = frame === undefined ? {} : { frame };
    const { picture } = await decodeBytes(bytes, Buffer.from("a.dcm"), { kind: "full", ...view });
    return [...picture.data].filter((_, index) => index % 3 === 0);
  };
  const three = withElements(greyHeader(1, 2), ...eight, [0x00280008, "IS", "3"]);
  const native = dicomFile(withElements(three, [0x7fe00010, "OB", Buffer.from([1, 2, 3, 4, 5, 6])]));
  expect([await greys(native, 0), await greys(native), await greys(native, 2)]).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  await expect(greys(native, 3)).rejects.toThrow(/frame 3 was asked for; the file has 3/);
  const packed = [1, 3, 5].map((value) => runLengthFrame([Buffer.from([value, value + 1])]));
  const encapsulated = dicomFile(withElements(three, [0x7fe00011, "", fragments(packed)]), { syntax: runLengths });
  expect([await greys(encapsulated), await greys(encapsulated, 2)]).toEqual([
    [3, 4],
    [5, 6],
  ]);
  // 3 x 1 bits a frame, lowest first: 101 | 011 | 110
  const bits = withElements(
    greyHeader(1, 3),
    [0x00280008, "IS", "3"],
    [0x00280100, "US", [1]],
    [0x00280101, "US", [1]],
    [0x00280102, "US", [0]],
    [0x7fe00010, "OB", Buffer.from([0b11_110_101, 0])],
  );
  expect(await greys(dicomFile(bits), 0)).toEqual([255, 0, 255]);
  expect(await greys(dicomFile(bits), 1)).toEqual([0, 255, 255]);
  expect(await greys(dicomFile(bits), 2)).toEqual([255, 255, 0]);
});

test("bytes in words of big endian, where frames begin and end inside a word", async () => {
  const elements = withElements(
    greyHeader(1, 3),
    ...eight,
    [0x00280008, "IS", "3"],
    [0x7fe00010, "OW", Buffer.from([2, 1, 4, 3, 6, 5, 8, 7, 0, 9])],
  );
  const bytes = dicomFile(elements, { syntax: "1.2.840.10008.1.2.2" });
  for (const [frame, expected] of [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ].entries()) {
    const { picture } = await decodeBytes(bytes, Buffer.from("a.dcm"), { kind: "full", frame });
    expect([...picture.data].filter((_, index) => index % 3 === 0)).toEqual(expected);
  }
});

test("fewer bytes than the frames need", async () => {
  const short = dicomFile(withElements(greyHeader(2, 2), [0x00280008, "IS", "100"], [0x7fe00010, "OW", words([1, 2, 3, 4])]));
  await expect(decodeBytes(short, Buffer.from("a.dcm"), { kind: "full" })).rejects.toThrow(/its 100 frames need 800 bytes, the file has 8/);
});
