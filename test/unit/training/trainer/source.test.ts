import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { loadKernels } from "#native/kernels.ts";
import { openPictureCache } from "#engine/training/augment/picture-cache.ts";
import type { ViewGroup } from "#engine/training/methods/method.ts";
import { fillFeatureCache, openFeatureCache } from "#engine/training/trainer/feature-cache.ts";
import { featureSource, pictureSource, viewKind } from "#engine/training/trainer/source.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { pictureCount, planTinyRun, sidePx, tinyEncoder } from "../tiny-run.ts";

const groups: readonly ViewGroup[] = [
  { name: "views", count: 2, variants: ["byol.first", "byol.second"], scale: 1 },
  { name: "crops", count: 1, variants: ["swav.local"], scale: 0.5 },
];

describe("views drawn from pictures", () => {
  const open = (seed = 1): { source: ReturnType<typeof pictureSource>; close: () => void } => {
    const root = temporaryFolder();
    planTinyRun(root, {});
    const cache = openPictureCache(join(root, "pictures.u8"), { fingerprint: "test", count: pictureCount, sidePx });
    const normalisation = { mean: [127.5, 127.5, 127.5], std: [64, 64, 64], white: 255, layout: "NCHW" } as const;
    const source = pictureSource({
      kernels: loadKernels(),
      cache,
      groups,
      preset: "photo",
      changes: {},
      size: 16,
      normalisation,
      seed,
      threads: 1,
    });
    return { source, close: () => cache.close() };
  };

  test("all of a group in one value: every picture by the first view, then by the second", () => {
    const { source, close } = open();
    const made = source.feeds(3, Int32Array.of(5, 2, 9));
    expect([...made].map(([name, { shape }]) => [name, shape])).toEqual([["views", [6, 3, 16, 16]], ["crops", [3, 3, 8, 8]]]); // prettier-ignore
    const row = (data: unknown, at: number): number[] => [...(data as Float32Array).subarray(at * 768, (at + 1) * 768)];
    const all = made.get("views")?.data;
    // A picture's views follow from seed, step and picture: not from who else is in the batch.
    const alone = source.feeds(3, Int32Array.of(9)).get("views")?.data;
    expect([row(all, 2), row(all, 5)]).toEqual([row(alone, 0), row(alone, 1)]);
    expect(row(all, 2)).not.toEqual(row(all, 5));
    expect(row(source.feeds(4, Int32Array.of(9)).get("views")?.data, 0)).not.toEqual(row(alone, 0));
    close();
    const other = open(2);
    expect(row(other.source.feeds(3, Int32Array.of(9)).get("views")?.data, 0)).not.toEqual(row(alone, 0));
    other.close();
  });
});

test("ways to draw: by scheme or by one of its kinds, changed as a person said", () => {
  expect(viewKind("photo", "byol.second", {}).name).toBe("second");
  expect(viewKind("photo", "byol", { hue: "0.25" }).settings.hue).toBe(0.25);
  expect(viewKind("photo", "byol.second", { "first.hue": "0.25" }).settings.hue).not.toBe(0.25);
  expect(() => viewKind("photo", "nonsense", {})).toThrow(/no way "nonsense"/);
});

test("kept views: two views of a step differ, each is one that was kept, and they follow from seed, step and picture", async () => {
  const path = join(temporaryFolder(), "features.f16");
  const shape = { pictures: 5, views: 3, numbersPerView: 16 };
  // Each number tells picture and view; view 0 is the plain picture.
  const make = (from: number, to: number): Promise<Float32Array> =>
    Promise.resolve(
      Float32Array.from({ length: (to - from) * 4 * 16 }, (_, at) => 10 * (from + Math.floor(at / 64)) + (Math.floor(at / 16) % 4)),
    );
  await fillFeatureCache(path, shape, { chunk: 4, make, onProgress: () => Promise.resolve() });
  const cache = openFeatureCache(path, shape);
  const network = { ...tinyEncoder(), inputs: [{ name: "cut", shape: [16] }] };
  const two: readonly ViewGroup[] = [{ name: "views", count: 2, variants: ["mild", "mild"], scale: 1 }];
  const source = featureSource({ cache, groups: two, network, seed: 1 });
  const seen = new Set<number>();
  for (let step = 0; step < 40; step++) {
    const { shape: made, data } = source.feeds(step, Int32Array.of(4, 1)).get("views") as {
      readonly shape: readonly number[];
      readonly data: Float32Array;
    };
    expect(made).toEqual([4, 16]);
    const rows = [0, 1, 2, 3].map((row) => data[row * 16] as number);
    expect(rows.map((value) => Math.floor(value / 10))).toEqual([4, 1, 4, 1]);
    expect(rows[0]).not.toBe(rows[2]);
    expect(rows[1]).not.toBe(rows[3]);
    rows.forEach((value) => seen.add(value % 10));
    expect(source.feeds(step, Int32Array.of(1)).get("views")?.data[0]).toBe(rows[1]);
  }
  // All that is kept, never the plain picture.
  expect([...seen].sort()).toEqual([1, 2, 3]);
  cache.close();
});
