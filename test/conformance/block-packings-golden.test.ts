/**
 * @file The block packings BC1 to BC7, all modes and partitions, against what another decoder makes of the same random blocks: every pixel, of
 * BC1 to BC3 to one level, which is how exactly they are defined. (Signed BC6H differs from
 * Pillow, which leaves out the signs of differences; both others agree.)
 */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { onWhite } from "#engine/ingest/decode/formats/samples.ts";
import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly channels: 1 | 3 | 4;
  /** [height, 4, channels] */
  readonly pixels: string;
}

const entries = JSON.parse(readFileSync(new URL("../golden/blocks/blocks.json", import.meta.url), "utf8")) as readonly Entry[];

describe("random blocks", () => {
  test.each(entries.map((entry) => [entry.name, entry] as const))("%s", async (name, { file, channels, pixels }) => {
    const { picture } = await decodeBytes(Buffer.from(file, "base64"), Buffer.from("a.dds"), { kind: "full" });
    const expected = onWhite(new Uint8Array(Buffer.from(pixels, "base64")), channels);
    expect(picture.data.length).toBe(expected.length);
    const furthest = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (picture.data[at] as number))), 0);
    expect(furthest).toBeLessThanOrEqual(/^bc[123]$/.test(name) ? 1 : 0);
  });
});
