/**
 * @file DICOM against other readers: every codec against its own library, sample by sample, and pydicom's real test files against what pydicom makes of them
 * (test/golden/dicom).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { unpackFrame } from "#engine/ingest/decode/formats/dicom-codecs.ts";
import { readDicom } from "#engine/ingest/decode/formats/dicom-header.ts";

import { dicomFile, fragments, type DicomElements } from "../fixtures/dicom.ts";
import { fetchDebianPackage } from "../fixtures/packages.ts";

interface Codestream {
  readonly name: string;
  readonly syntax: string;
  readonly bits: number;
  readonly signed: boolean;
  readonly components: number;
  readonly frame: string;
  /** 16 bits each. */
  readonly samples: string;
}

interface RealFile {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Hexadecimal RGB of 8 x 4 places. */
  readonly points: string;
}

function golden<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`../golden/dicom/${name}`, import.meta.url), "utf8")) as T[];
}

const codestreams = golden<Codestream>("codestreams.json");
const [width, height] = [23, 17];

function inDicom({ syntax, bits, signed, components, frame }: Codestream): Buffer {
  const elements: DicomElements = [
    [0x00280002, "US", [components]],
    [0x00280004, "CS", components === 3 ? "RGB" : "MONOCHROME2"],
    [0x00280006, "US", [0]],
    [0x00280010, "US", [height]],
    [0x00280011, "US", [width]],
    [0x00280100, "US", [bits > 8 ? 16 : 8]],
    [0x00280101, "US", [bits]],
    [0x00280102, "US", [bits - 1]],
    [0x00280103, "US", [signed ? 1 : 0]],
    [0, "", fragments([Buffer.from(frame, "base64")])],
  ];
  return dicomFile(elements, { syntax });
}

describe("every codec gives the samples that its own library gives", () => {
  test.each(codestreams.map((entry) => [entry.name, entry] as const))("%s", async (name, entry) => {
    const bytes = Buffer.from(entry.samples, "base64");
    const count = width * height * entry.components;
    const expected = Array.from({ length: count }, (_, at) => (entry.signed ? bytes.readInt16LE(at * 2) : bytes.readUInt16LE(at * 2)));
    const { samples } = await unpackFrame(readDicom(inDicom(entry)), 0);
    // The cosine transform is rounded differently by each; everything else is exact.
    const tolerance = name === "JPEG of 12 bits" ? 1 : 0;
    expect(samples.length).toBe(count);
    expected.forEach((value, at) => expect(Math.abs((samples[at] as number) - value)).toBeLessThanOrEqual(tolerance));
  });
});

const unpacked = await fetchDebianPackage("python3-pydicom");

describe.skipIf(unpacked === null)("real files as pydicom shows them", () => {
  const folder = join(unpacked ?? "", "usr/lib/python3/dist-packages/pydicom/data");
  // Values of 0 .. 264 spread over all greys: one step of the 12-bit transform's rounding is two of them.
  const coarse = new Map([["test_files/JPGExtended.dcm", 2]]);

  test.each(golden<RealFile>("files.json").map((entry) => [entry.file, entry] as const))("%s", async (file, entry) => {
    const path = join(folder, file);
    const { picture, facts } = await decodeBytes(readFileSync(path), Buffer.from(path), { kind: "full" });
    expect(facts).toMatchObject({ format: "dicom", width: entry.width, height: entry.height, frameCount: entry.frames });
    const expected = Buffer.from(entry.points, "hex");
    for (let at = 0; at < 32; at++) {
      const x = Math.floor((entry.width * ((at % 8) + 0.5)) / 8);
      const y = Math.floor((entry.height * (Math.floor(at / 8) + 0.5)) / 4);
      const seen = picture.data.subarray((y * entry.width + x) * 3, (y * entry.width + x) * 3 + 3);
      seen.forEach((value, channel) =>
        expect(Math.abs(value - (expected[at * 3 + channel] as number))).toBeLessThanOrEqual(coarse.get(file) ?? 1),
      );
    }
  });
});
