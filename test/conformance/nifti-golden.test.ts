/**
 * @file Real NIfTI volumes against what nibabel makes of them (test/golden/nifti).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { decodeBytes } from "#engine/ingest/decode/ingest.ts";

import { fetchDebianPackage } from "../fixtures/packages.ts";

interface Volume {
  /** The package, then the path in it. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Hexadecimal greys of 8 x 4 places. */
  readonly points: string;
}

const volumes = JSON.parse(readFileSync(new URL("../golden/nifti/files.json", import.meta.url), "utf8")) as Volume[];

for (const name of ["mricron-data", "python3-nibabel"]) {
  const folder = await fetchDebianPackage(name);
  const own = volumes.filter(({ file }) => file.startsWith(`${name}/`));

  describe.skipIf(folder === null)(name, () => {
    test.each(own.map((volume) => [volume.file, volume] as const))("%s", async (file, volume) => {
      const path = join(folder ?? "", file.slice(name.length + 1));
      const { picture, facts } = await decodeBytes(readFileSync(path), Buffer.from(path), { kind: "full" });
      expect(facts).toMatchObject({ format: "nifti", width: volume.width, height: volume.height, frameCount: volume.frames });
      [...Buffer.from(volume.points, "hex")].forEach((expected, at) => {
        const x = Math.floor((volume.width * ((at % 8) + 0.5)) / 8);
        const y = Math.floor((volume.height * (Math.floor(at / 8) + 0.5)) / 4);
        expect(Math.abs((picture.data[(y * volume.width + x) * 3] as number) - expected)).toBeLessThanOrEqual(1);
      });
    });
  });
}
