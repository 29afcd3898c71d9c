/**
 * @file The samples: reproducible, resumable, with what is planted among them.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { makeSamples } from "#engine/samples/make-samples.ts";
import { planSamples } from "#engine/samples/plan.ts";

import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function hashes(folder: string, paths: readonly string[]): string[] {
  return paths.map((path) =>
    createHash("sha256")
      .update(readFileSync(join(folder, path)))
      .digest("hex"),
  );
}

test("the same seed draws the same files, with copies and a broken file among them", async () => {
  const folder = temporaryFolder("samples");
  const progress: [number, number][] = [];
  const paths = await makeSamples(folder, { seed: 3, count: 40, onProgress: (done, total) => progress.push([done, total]) });
  expect(new Set(paths).size).toBe(40);
  expect(progress.map(([done]) => done)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".part"))).toEqual([]);
  const first = hashes(folder, paths);
  expect(first.length - new Set(first).size).toBeGreaterThanOrEqual(1); // an identical copy
  const unreadable: string[] = [];
  for (const path of paths) {
    const readable = await sharp(join(folder, path), { failOn: "error" })
      .stats()
      .then(
        () => true,
        () => false,
      );
    if (!readable) unreadable.push(path);
  }
  expect(unreadable).toEqual(["Mountains/IMG_0404.jpg"]);
  const again = temporaryFolder("samples");
  expect(await makeSamples(again, { seed: 3, count: 40 })).toEqual(paths);
  expect(hashes(again, paths)).toEqual(first);
});

test("an interrupted run is finished later and leaves what is there alone", async () => {
  const folder = temporaryFolder("samples");
  const stop = new AbortController();
  await expect(
    makeSamples(folder, { seed: 5, count: 20, signal: stop.signal, onProgress: (done) => done >= 6 && stop.abort() }),
  ).rejects.toBeInstanceOf(CancellationError);
  const paths = await makeSamples(folder, { seed: 5, count: 20 });
  const times = paths.map((path) => statSync(join(folder, path)).ctimeMs);
  rmSync(join(folder, paths[0] as string));
  await makeSamples(folder, { seed: 5, count: 20 });
  expect(paths.filter((path, index) => statSync(join(folder, path)).ctimeMs !== times[index])).toEqual([paths[0]]);
});

test("240 files by default, all paths apart, for any seed", () => {
  for (const seed of [0, 1, 7, 2024]) {
    const paths = planSamples(seed, 240).map(({ path }) => path);
    expect([paths.length, new Set(paths).size]).toEqual([240, 240]);
  }
});
