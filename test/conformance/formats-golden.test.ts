/**
 * @file Files by other writers, against what Pillow (or the library of the codec) reads in them: facts and colours. What was stored without loss is right to
 * one level, what was not differs by what decoders may.
 */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { decodeBytes } from "#engine/ingest/decode/ingest.ts";
import { readMetadata } from "#engine/ingest/decode/metadata.ts";

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly facts: { readonly width: number; readonly height: number };
  /** Colours at .1, .5, .9 down times .1, .4, .6, .9 across. */
  readonly points: readonly (readonly number[])[];
}

const entries = JSON.parse(readFileSync(new URL("../golden/formats/files.json", import.meta.url), "utf8")) as readonly Entry[];

/** Chroma of half the resolution is spread by another filter; two inverse transforms round differently. */
const tolerances: Readonly<Record<string, number>> = { heic: 6, "lossy.jxl": 2, "inks.jpg": 2, turned: 6 };

function toleranceOf(name: string): number {
  return tolerances[name] ?? tolerances[name.split(".").at(-1) as string] ?? 1;
}

describe("files by other writers", () => {
  test.each(entries.map((entry) => [entry.name, entry] as const))("%s", async (name, { file, facts, points }) => {
    const decoded = await decodeBytes(Buffer.from(file, "base64"), Buffer.from(name), { kind: "full" });
    expect(decoded.facts).toMatchObject(facts);
    const { width, height, data } = decoded.picture;
    expect([width, height, data.length]).toEqual([facts.width, facts.height, width * height * 3]);
    const found = [0.1, 0.5, 0.9].flatMap((down) =>
      [0.1, 0.4, 0.6, 0.9].map((across) => {
        const at = (Math.trunc(height * down) * width + Math.trunc(width * across)) * 3;
        return [...data.subarray(at, at + 3)];
      }),
    );
    const furthest = Math.max(
      ...found.flatMap((pixel, index) => pixel.map((value, channel) => Math.abs(value - (points[index]?.[channel] ?? NaN)))),
    );
    expect({ furthest, found }).toEqual({ furthest: expect.toSatisfy((most: number) => most <= toleranceOf(name)) as number, found });
  });

  test("facts of the camera come along; an orientation that the file itself has followed is not told again", async () => {
    const { file, name } = entries.find((entry) => entry.name === "turned.heic") as Entry;
    const decoded = await decodeBytes(Buffer.from(file, "base64"), Buffer.from(name), { kind: "full" });
    expect(await readMetadata(decoded.exif)).toMatchObject({ cameraMake: "Acme" });
    expect(decoded.facts.orientation).toBe(1);
  });

  test("cut anywhere: a DecodeError", async () => {
    for (const { name, file } of entries.filter((entry) => /heic|jxl|jp2|j2k|tga|ppm|sgi|dds/.test(entry.name))) {
      const whole = Buffer.from(file, "base64");
      for (const share of [0.05, 0.3, 0.6, 0.9]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        await expect(decodeBytes(cut, Buffer.from(name), { kind: "full" }), `${name} ${share}`).rejects.toMatchObject({
          name: "DecodeError",
        });
      }
    }
  });
});
