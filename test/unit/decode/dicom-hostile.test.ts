/**
 * @file DICOM files that claim what they do not hold: each ends in words that say what was wrong, before memory is asked for or depths are gone into.
 */
import { constants, deflateRawSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { readDicomFacts } from "#engine/ingest/decode/dicom-facts.ts";
import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { sniffFormat } from "#engine/ingest/decode/sniff.ts";

import { dicomFile, fragments, greyHeader, withElements, words, type DicomElements } from "../../fixtures/dicom.ts";
import { runLengthFrame } from "../../fixtures/pictures.ts";

async function refusal(bytes: Buffer, name = "a.dcm"): Promise<string> {
  const failure = await decodeBytes(bytes, Buffer.from(name), { kind: "full" }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof DecodeError)) throw failure ?? new Error("it was decoded");
  return `${failure.code}: ${failure.message}`;
}

/** An element of a sequence that never ends, `depth` times inside itself. */
function nested(depth: number): Buffer {
  const level = Buffer.from("08004011535100 00ffffffff feff00e0ffffffff".replaceAll(" ", ""), "hex");
  return Buffer.concat(Array.from({ length: depth }, () => level));
}

const header = greyHeader(2, 2);
const picture = withElements(header, [0x7fe00010, "OW", words([1, 2, 3, 4])]);
const syntax = { lossless: "1.2.840.10008.1.2.4.70", runLengths: "1.2.840.10008.1.2.5", ls: "1.2.840.10008.1.2.4.80" };
const sized = (rows: number, columns: number, frame: Buffer): DicomElements =>
  withElements(greyHeader(rows, columns), [0x7fe00011, "", fragments([frame])]);
/** Start, a frame header of that size with one component, a code table of one symbol, a scan without an end. */
function jpeg(process: number, bits: number, rows: number, columns: number): Buffer {
  const number = (value: number): string => value.toString(16).padStart(4, "0");
  const table = `ffc4001400${"01".padEnd(32, "0")}00`;
  const text = `ffd8ff${process.toString(16)}000b${bits.toString(16).padStart(2, "0")}${number(rows)}${number(columns)}01011100${table}ffda0008010100010000`;
  return Buffer.concat([Buffer.from(text, "hex"), Buffer.alloc(16)]);
}

describe("refused with words", () => {
  test.each([
    [
      "sequences without end in each other",
      dicomFile(withElements(picture, [0x00080050, "", nested(100_000)])),
      /corrupt: sequences are nested more than 48 deep/,
    ],
    ["sequences whose ends never come", dicomFile([[0x00080050, "", nested(10)]]), /truncated: the file ends inside its DICOM header/],
    ["nothing but a meta group", dicomFile([]), /truncated: the file ends inside its DICOM header/],
    [
      "more elements than any file has",
      dicomFile([...Array.from({ length: 100_002 }, (_, index) => [0x00090000 + index, "CS", ""] as const), ...picture]),
      /corrupt: a data set has more than 100000/,
    ],
    ["65,535 rows and columns", dicomFile(withElements(picture, ...greyHeader(65_535, 65_535))), /too-large: 65535 x 65535/],
    [
      "pixels that are not there",
      dicomFile(withElements(picture, ...greyHeader(16_000, 16_000))),
      /truncated: the picture needs 512000000 bytes, the file has 8/,
    ],
    [
      "2^31 frames",
      dicomFile(withElements(picture, [0x00280008, "IS", "2147483648"])),
      /truncated: its 2147483648 frames need 17179869184 bytes/,
    ],
    ["1e300 frames", dicomFile(withElements(picture, [0x00280008, "IS", "1e300"])), /truncated/],
    ["no rows", dicomFile(withElements(picture, [0x00280010, "US", [0]])), /corrupt: the picture claims 2 x 0 pixels/],
    ["33 bits a sample", dicomFile(withElements(picture, [0x00280100, "US", [33]])), /unsupported: DICOM with 33 bits/],
    [
      "more bits than are stored",
      dicomFile(withElements(picture, [0x00280101, "US", [17]])),
      /unsupported: DICOM with 16 bits a sample, 17 of them used/,
    ],
    ["7 samples a pixel", dicomFile(withElements(picture, [0x00280002, "US", [7]])), /unsupported: DICOM with 7 samples/],
    ["no pixels", dicomFile(header), /truncated: the DICOM file ends before its picture/],
    ["no picture", dicomFile([[0x00080060, "CS", "SR"]]), /unsupported: this DICOM file holds no picture/],
    [
      "a directory",
      dicomFile([[0x00041220, "SQ", []]], { sopClass: "1.2.840.10008.1.3.10" }),
      /unsupported: this is a DICOMDIR: it lists DICOM files/,
    ],
    [
      "a fragment that is none",
      dicomFile(
        withElements(header, [0x7fe00011, "", Buffer.concat([fragments([]).subarray(0, 20), Buffer.from("deadbeef00000000", "hex")])]),
      ),
      /corrupt: the fragments of the picture break off at \d+: \(adde,efbe\)/,
    ],
    [
      "a few run lengths for a large picture",
      dicomFile(sized(16_000, 16_000, runLengthFrame([Buffer.alloc(9), Buffer.alloc(9)])), { syntax: syntax.runLengths }),
      /truncated: \d+ bytes of run lengths cannot hold 512000000/,
    ],
    [
      "a few bytes of lossless JPEG for a large picture",
      dicomFile(sized(16_000, 16_000, jpeg(0xc3, 16, 16_000, 16_000)), { syntax: syntax.lossless }),
      /truncated: \d+ bytes of lossless JPEG cannot hold/,
    ],
    [
      "a frame of another size than the header says",
      dicomFile(sized(2, 2, jpeg(0xc3, 16, 60_000, 60_000)), { syntax: syntax.lossless }),
      /corrupt: the frame is 60000 x 60000, the header says 2 x 2/,
    ],
    [
      "JPEG-LS of another size",
      dicomFile(sized(2, 2, Buffer.from("ffd8fff7000b1060006000010111000000", "hex")), { syntax: syntax.ls }),
      /corrupt: the frame is 24576 x 24576/,
    ],
    [
      "a progressive JPEG of 12 bits",
      dicomFile(sized(2, 2, jpeg(0xc2, 12, 2, 2)), { syntax: "1.2.840.10008.1.2.4.51" }),
      /unsupported: JPEG of 12 bits, process 2/,
    ],
    ["a frame that is no JPEG", dicomFile(sized(2, 2, Buffer.from("no JPEG")), { syntax: syntax.lossless }), /corrupt: frame 1 is no JPEG/],
    ["an unknown transfer syntax", dicomFile(picture, { syntax: "1.2.3" }), /unsupported: DICOM with transfer syntax 1\.2\.3 cannot/],
    ["an unknown photometric interpretation", dicomFile(withElements(picture, [0x00280004, "CS", "HSV"])), /unsupported: .*HSV/],
    [
      "deflated bytes that are none",
      Buffer.concat([dicomFile([], { syntax: "1.2.840.10008.1.2.1.99" }).subarray(0, -2), Buffer.alloc(30, 0xff)]),
      /corrupt: the deflated DICOM file cannot be unpacked/,
    ],
  ] as const)("%s", async (_name, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  test("a deflated file of some kilobytes that unpacks to gigabytes", { timeout: 30_000 }, async () => {
    const piece = deflateRawSync(Buffer.alloc(4 * 1024 * 1024), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
    const start = dicomFile([], { syntax: "1.2.840.10008.1.2.1.99" }).subarray(0, -2);
    expect(await refusal(Buffer.concat([start, ...Array.from({ length: 300 }, () => piece)]))).toMatch(/too-large: .* more than 512 MB/);
  });
});

test("what lies deep in a sequence that nobody asks for costs nothing and is no fault", () => {
  const deep = Buffer.from(nested(30).toString("hex") + "feff0de000000000feffdde000000000".repeat(30), "hex");
  expect(readDicomFacts(dicomFile(withElements(picture, [0x00080050, "", deep], [0x00080060, "CS", "MR"]))).modality).toBe("MR");
});

describe("known without its extension", () => {
  const head = (bytes: Buffer): Buffer => bytes.subarray(0, 512);
  const large = withElements(
    picture,
    [0x00080008, "CS", "ORIGINAL\\PRIMARY"],
    [0x00080060, "CS", "CT"],
    [0x0008103e, "LO", "x".repeat(64)],
    [0x00100010, "PN", "Doe^Jane^^^^^^^"],
  );
  const implicit = { syntax: "1.2.840.10008.1.2" };

  test.each([
    ["whole", dicomFile(large)],
    ["without preamble", dicomFile(large, { preamble: false })],
    ["without preamble and meta group", dicomFile(large, { preamble: false, meta: false })],
    ["implicit", dicomFile(large, { ...implicit, preamble: false, meta: false })],
    ["big endian", dicomFile(large, { syntax: "1.2.840.10008.1.2.2", preamble: false, meta: false })],
  ])("%s", async (_name, bytes) => {
    expect(sniffFormat(Buffer.from("IM000001"), head(bytes))).toBe("dicom");
    expect((await decodeBytes(bytes, Buffer.from("IM000001"), { kind: "full" })).facts.format).toBe("dicom");
  });

  test.each([
    ["zeros", Buffer.alloc(512)],
    ["text", Buffer.from("\x08\0\x05\0 is no element ".padEnd(512, "x"))],
    ["numbers", Buffer.from(Uint32Array.from({ length: 128 }, (_, index) => index).buffer)],
    ["an icon", Buffer.from("00000100010010100000010020006804".padEnd(1024, "0"), "hex")],
    ["short numbers from 8", Buffer.from(Uint16Array.from({ length: 256 }, (_, index) => 8 + index).buffer)],
  ])("but not %s", (_name, bytes) => {
    expect(sniffFormat(Buffer.from("IM000001"), bytes)).toBeNull();
  });
});
