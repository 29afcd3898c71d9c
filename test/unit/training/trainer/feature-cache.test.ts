import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { BugError } from "#engine/base/errors.ts";
import { fillFeatureCache, openFeatureCache, type FeatureCacheShape } from "#engine/training/trainer/feature-cache.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const shape: FeatureCacheShape = { pictures: 11, views: 2, numbersPerView: 3 };
const chunk = 4;
const bytesPerPicture = 3 * 3 * 2;

/** Whole numbers, which float16 holds; they tell the batch they were made in. */
function rowsOf(from: number, to: number): Float32Array {
  const perPicture = 9;
  return Float32Array.from({ length: (to - from) * perPicture }, (_, at) => 10 * (from + Math.floor(at / perPicture)) + (at % perPicture));
}

async function fill(path: string, onChunk: (from: number, to: number) => void = () => undefined): Promise<void> {
  await fillFeatureCache(path, shape, {
    chunk,
    make: (from, to) => {
      onChunk(from, to);
      return Promise.resolve(rowsOf(from, to));
    },
    onProgress: () => Promise.resolve(),
  });
}

describe("kept features", () => {
  test("view by view, the plain picture apart", async () => {
    const path = join(temporaryFolder(), "features.f16");
    await fill(path);
    const cache = openFeatureCache(path, shape);
    for (const picture of [0, 4, 10]) {
      expect([...cache.plain(picture)]).toEqual([10 * picture, 10 * picture + 1, 10 * picture + 2]);
      for (const view of [0, 1]) expect([...cache.read(picture, view)]).toEqual([3, 4, 5].map((at) => 10 * picture + 3 * view + at));
    }
    expect(() => cache.read(11, 0)).toThrow(BugError);
    cache.close();
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test("killed at any byte, it goes on with whole chunks, and the file is the same", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "features.f16");
    await fill(path);
    const whole = readFileSync(path);
    expect(whole.length).toBe(11 * bytesPerPicture);
    for (let length = 0; length <= whole.length; length += 5) {
      rmSync(path, { force: true });
      writeFileSync(`${path}.part`, whole);
      truncateSync(`${path}.part`, length);
      const made: number[][] = [];
      await fill(path, (from, to) => made.push([from, to]));
      expect(Buffer.compare(readFileSync(path), whole), `after ${length} bytes`).toBe(0);
      const begun = Math.floor(length / bytesPerPicture / chunk) * chunk;
      const expected = [[0, 4], [4, 8], [8, 11]].filter(([from]) => (from as number) >= begun && length < whole.length); // prettier-ignore
      expect(made).toEqual(expected);
    }
  });

  test("a whole file is not made again; one of another length is", async () => {
    const path = join(temporaryFolder(), "features.f16");
    await fill(path);
    await fill(path, () => {
      throw new Error("made again");
    });
    truncateSync(path, 50);
    let chunks = 0;
    await fill(path, () => chunks++);
    expect(chunks).toBe(3);
  });

  test("what fails leaves what was done for the next time", async () => {
    const path = join(temporaryFolder(), "features.f16");
    await expect(fill(path, (from) => { if (from === 4) throw new Error("stopped"); })).rejects.toThrow("stopped"); // prettier-ignore
    const made: number[] = [];
    await fill(path, (from) => made.push(from));
    expect(made).toEqual([4, 8]);
  });
});
