/**
 * @file resample against Pillow itself: hashes of its output, made by test/golden/resample/make.py, for every implementation.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { variants } from "./variants.ts";

interface Golden {
  readonly pillow: string;
  readonly cases: readonly { readonly shape: readonly [number, number, number, number, 1 | 3]; readonly sha256: string }[];
}

const golden = JSON.parse(readFileSync(new URL("../golden/resample/pillow.json", import.meta.url), "utf8")) as Golden;

describe.each(variants)("$name", ({ kernels }) => {
  test.each(golden.cases)("$shape gives Pillow's bytes", ({ shape, sha256 }) => {
    const [sourceWidth, sourceHeight, targetWidth, targetHeight, channels] = shape;
    const target = new Uint8Array(targetWidth * targetHeight * channels);
    kernels.resample({
      source: draw(sourceWidth * sourceHeight * channels),
      sourceWidth,
      sourceHeight,
      target,
      targetWidth,
      targetHeight,
      channels,
    });
    expect(createHash("sha256").update(target).digest("hex")).toBe(sha256);
  });

  test("more sizes in turn than taps are kept of, each twice: the same bytes, whatever was asked before", () => {
    const scaled = (side: number, to: number): string => {
      const target = new Uint8Array(to * to * 3);
      kernels.resample({
        source: draw(side * side * 3),
        sourceWidth: side,
        sourceHeight: side,
        target,
        targetWidth: to,
        targetHeight: to,
        channels: 3,
      });
      return createHash("sha256").update(target).digest("hex");
    };
    const shapes = Array.from({ length: 12 }, (_, index) => [20 + index, 9 + (index % 3) * 20] as const);
    const once = shapes.map(([side, to]) => scaled(side, to));
    const again = [...shapes].reverse().map(([side, to]) => [scaled(side, to), scaled(side, to)]);
    expect(again.reverse()).toEqual(once.map((hash) => [hash, hash]));
    expect(new Set(once).size).toBe(12);
  });
});

/** The formula of make.py. */
function draw(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const choice = state >>> 30;
    return choice === 0 ? 0 : choice === 1 ? 255 : (state >>> 16) & 255;
  });
}
