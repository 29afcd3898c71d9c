/**
 * @file Damage to files of every format that is read by code of ours: whatever is cut, changed, doubled or left out, the answer is a picture of the size it
 * claims or a `DecodeError`, and nothing is asked for that the file could not fill.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { dicomFile, fragments, greyHeader, withElements, words, type DicomElements } from "../fixtures/dicom.ts";
import { nifti } from "../fixtures/nifti.ts";
import { motif, motifSharp, runLengthFrame } from "../fixtures/pictures.ts";
import { lzw, pixelTags, tiff } from "../fixtures/tiff.ts";

interface Golden {
  readonly name: string;
  readonly file: string;
}

const golden = (JSON.parse(readFileSync(new URL("../golden/formats/files.json", import.meta.url), "utf8")) as Golden[]).map(
  ({ name, file }) => [name, Buffer.from(file, "base64")] as const,
);
const jpeg = await motifSharp(32, 24).jpeg().toBuffer();
const floats = Buffer.from(Float32Array.from({ length: 32 * 24 }, (_, at) => Math.sin(at)).buffer);
const shape = { width: 32, height: 24, bits: 32, format: 3 };
const made = [
  ["text.ppm", Buffer.from(`P3 8 6 255 ${[...motif(8, 6)].join(" ")}`)],
  ["map.pfm", Buffer.concat([Buffer.from("Pf 32 24 -1\n"), floats])],
  ["floats.tif", tiff([{ tags: pixelTags({ ...shape, compression: 5 }), chunks: { data: [lzw(floats)] } }])],
  ["plain.tif", tiff([{ tags: pixelTags(shape), chunks: { data: [floats] } }])],
  ["camera.nef", tiff([{ tags: [{ tag: 274, type: 3, values: [6] }], jpeg, children: [{ tags: [], jpeg }] }])],
  ["camera.cr2", tiff([{ tags: [{ tag: 259, type: 3, values: [6] }], chunks: { data: [jpeg] } }])],
] as const;
/** One of each kind of codestream, in a file that says the least about it. */
const codestreams = (
  JSON.parse(readFileSync(new URL("../golden/dicom/codestreams.json", import.meta.url), "utf8")) as Record<string, string | number>[]
)
  .filter(({ name }) => /16 bits(, predictor 7)?$|of 12 bits|of colour/.test(String(name)))
  .map(({ name, syntax, bits, components, frame }) => {
    const elements = withElements(
      greyHeader(17, 23),
      [0x00280002, "US", [Number(components)]],
      [0x00280004, "CS", components === 3 ? "RGB" : "MONOCHROME2"],
      [0x00280100, "US", [Number(bits) > 8 ? 16 : 8]],
      [0x00280101, "US", [Number(bits)]],
      [0x00280102, "US", [Number(bits) - 1]],
      [0x7fe00011, "", fragments([Buffer.from(String(frame), "base64")])],
    );
    return [`${String(name)}.dcm`, dicomFile(elements, { syntax: String(syntax) })] as const;
  });
const ramp = words(Array.from({ length: 32 * 24 * 3 }, (_, at) => at * 9));
/** Frames, groups of their own and shared, windows, tables, names: whatever the header may lead to. */
const enhanced: DicomElements = withElements(
  greyHeader(24, 32),
  [0x00080005, "CS", "ISO 2022 IR 87"],
  [0x00100010, "PN", "Yamada^Tarou=\x1b$B;3ED\x1b(B"],
  [0x00280008, "IS", "3"],
  [0x00281050, "DS", "300\\40"],
  [0x00281051, "DS", "4000\\1"],
  [0x00283000, "SQ", [[[0x00283002, "US", [4, 0, 16]], [0x00283006, "OW", words([1, 2, 3, 4])]]]], // prettier-ignore
  [0x52009229, "SQ", [[[0x00209116, "SQ", [[[0x00200037, "DS", "1\\0\\0\\0\\1\\0"]]]]]]], // prettier-ignore
  [0x52009230, "SQ", [1, 2, 3].map((z) => [[0x00209113, "SQ", [[[0x00200032, "DS", `0\\0\\${z}`]]]] as const])],
  [0x7fe00010, "OW", ramp],
);
const plane = (at: number): Buffer => ramp.subarray(at, at + 32 * 24);
const medical = [
  ...codestreams,
  ["enhanced.dcm", dicomFile(enhanced, { delimited: true })],
  ["implicit.dcm", dicomFile(enhanced, { syntax: "1.2.840.10008.1.2", preamble: false, meta: false })],
  ["deflated.dcm", dicomFile(enhanced, { syntax: "1.2.840.10008.1.2.1.99" })],
  ["big-endian.dcm", dicomFile(enhanced, { syntax: "1.2.840.10008.1.2.2", delimited: true })],
  [
    "run-lengths.dcm",
    dicomFile(
      withElements(
        greyHeader(24, 32),
        [0x00280008, "IS", "2"],
        [0x7fe00011, "", fragments([runLengthFrame([plane(0), plane(9)]), runLengthFrame([plane(50), plane(70)])], [0, 1700])],
      ),
      { syntax: "1.2.840.10008.1.2.5" },
    ),
  ],
  [
    "palette.dcm",
    dicomFile(
      withElements(
        greyHeader(24, 32),
        [0x00280004, "CS", "PALETTE COLOR"],
        ...[1, 2, 3].map((channel) => [0x00281100 + channel, "US", [6, 0, 16]] as const),
        ...[1, 2, 3].map((channel) => [0x00281220 + channel, "OW", words([0, 2, 5, 9, 1, 4, 0xff00])] as const),
        [0x7fe00010, "OW", ramp],
      ),
    ),
  ],
  ["first.nii", nifti({ size: [32, 24, 3], type: 512, voxels: ramp, quaternion: [0.1, 0.2, 0.3], spacing: [1, 2, 3] })],
  ["second.nii", nifti({ version: 2, bigEndian: true, size: [32, 24, 1, 3], type: 4, voxels: ramp, slope: 2 })],
  ["packed.nii.gz", gzipSync(nifti({ size: [32, 24, 3], type: 512, voxels: ramp }))],
] as const;
/** A document of two rows of one channel, packed. */
const document = Buffer.from(
  "384250530001000000000000000100000002000000040008000100000000000000000000000000010005000203fffefdfcfd07",
  "hex",
);
const files: readonly (readonly [string, Buffer])[] = [
  ...golden.filter(([name]) => !/png|webp|gif/.test(name)),
  ...made,
  ...medical,
  ["a.psd", document],
];

type Change = readonly ["set" | "cut" | "drop" | "double" | "large", number, number];
const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom("set", "set", "set", "cut", "drop", "double", "large" as const),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 255 }),
);

/** Half of the changes hit the first eighth: headers decide more than pixels. */
function apply(bytes: Buffer, [kind, where, value]: Change): Buffer {
  if (bytes.length === 0) return bytes;
  const at = Math.floor((value & 1 ? where / 8 : where) * (bytes.length - 1));
  const rest = Math.min(bytes.length, at + 1 + (value >> 3));
  switch (kind) {
    case "set": {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      return changed;
    }
    case "large": {
      const changed = Buffer.from(bytes);
      changed.fill(value & 2 ? 0xff : 0x7f, at, Math.min(bytes.length, at + 4));
      return changed;
    }
    case "cut":
      return bytes.subarray(0, at);
    case "drop":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(rest)]);
    case "double":
      return Buffer.concat([bytes.subarray(0, rest), bytes.subarray(at)]);
  }
}

describe("damaged files", () => {
  test.each(files)("%s", async (name, whole) => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = changes.reduce(apply, whole);
        try {
          const { picture, facts } = await decodeBytes(damaged, Buffer.from(name), { kind: "full" });
          expect(picture.data.length).toBe(picture.width * picture.height * 3);
          expect([picture.width, picture.height]).toEqual([facts.width, facts.height]);
        } catch (thrown) {
          if (!(thrown instanceof DecodeError)) throw thrown;
          expect(thrown.message.length).toBeGreaterThan(5);
        }
      }),
      { numRuns: 150, seed: 20 },
    );
  });
});
