/**
 * @file augment against other people's code (Pillow, SciPy, colorsys, NumPy: test/golden/augment/make.py) and against its own earlier bits
 * (test/golden/augment/cases.ts), for every implementation.
 */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { augmentHashes, formulaPicture } from "../golden/augment/cases.ts";
import { makeViews, planOf, type PlanNumbers } from "./augment-plans.ts";
import { variants } from "./variants.ts";

interface Peers {
  readonly side: number;
  readonly size: number;
  readonly cases: readonly { readonly name: string; readonly plan: PlanNumbers; readonly levels: readonly number[] }[];
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../golden/augment/${name}`, import.meta.url), "utf8"));
const peers = read("peers.json") as Peers;
const hashes = read("hashes.json") as Record<string, string>;

describe.each(variants)("$name", ({ kernels }) => {
  test.each(peers.cases)("$name: what the peer makes of it, in levels", ({ plan, levels }) => {
    const { side, size } = peers;
    const made = makeViews(kernels, { images: formulaPicture(side), side, plans: [planOf(plan)], size });
    // The file has three digits behind the point; the rest is float32 against float64 at 255.
    const furthest = levels.reduce((most, level, at) => Math.max(most, Math.abs(level - (made[at] as number))), 0);
    expect(furthest).toBeLessThan(0.0007);
    expect(made).toHaveLength(levels.length);
  });

  test("the pinned bits of every change and of every preset", () => expect(augmentHashes(kernels)).toEqual(hashes));
});
