/**
 * @file Damage to files of every format that is read by code of ours: whatever is cut, changed, doubled or left out, the answer is a picture of the size it
 * claims or a `DecodeError`, and nothing is asked for that the file could not fill.
 */
import { readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DecodeError } from "#engine/ingest/decode/decode-error.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { motif, motifSharp } from "../fixtures/pictures.ts";
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
/** A document of two rows of one channel, packed. */
const document = Buffer.from("384250530001000000000000000100000002000000040008000100000000000000000000000000010003000203fffefdfd07", "hex");
const files: readonly (readonly [string, Buffer])[] = [
  ...golden.filter(([name]) => !/png|webp|gif/.test(name)),
  ...made,
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
