/** @file Six pictures before and now: which are shown, which are marked, and the words. */
import { describe, expect, test } from "vitest";

import type { ShownExamples } from "#protocol/training.ts";
import { changedWords, exampleRows, missingWords } from "../../../renderer/views/training/run-examples.ts";

const shown: ShownExamples = {
  count: 3,
  k: 2,
  asked: Int32Array.of(1, 0, 3),
  before: { ids: Int32Array.of(4, 5, 4, 5, 6, 0), similarities: Float32Array.of(0.75, 0.5, 0, 0, 0.25, 0.125) },
  now: { ids: Int32Array.of(5, 7, 4, 5, 0, 8), similarities: Float32Array.of(1, 0.5, 0, 0, 0.5, 0.25) },
  fresh: Uint8Array.of(0, 1, 0, 0, 1, 1),
  step: 120,
  pictures: 40,
};

test("rows: pictures that are gone are left out, what they would change is still counted", () => {
  const of = (id: number, similarity: number, isFresh = false) => ({ id, similarity, isFresh });
  expect(exampleRows(shown)).toEqual([
    { row: 0, asked: 1, before: [of(4, 0.75), of(5, 0.5)], now: [of(5, 1), of(7, 0.5, true)], fresh: 1 },
    { row: 2, asked: 3, before: [of(6, 0.25)], now: [of(8, 0.25, true)], fresh: 2 },
  ]);
});

describe("words", () => {
  const words = (fresh: readonly number[], step: number, total: number): string =>
    changedWords({ fresh: Uint8Array.from(fresh), step }, total);

  test("how many have changed, and when that was seen", () => {
    expect(changedWords(shown, 417)).toBe("3 of 6 neighbours have changed, as seen at step 120 of 417.");
    expect(words([0, 1], 3, 0)).toBe("1 of 2 neighbours has changed, as seen at step 3.");
    expect(words([0, 0], 3, 9)).toBe("All 2 neighbours are still those of before, as seen at step 3 of 9.");
    expect(words([1, 0], 0, 9)).toBe("1 of 2 neighbours has changed, before the first step.");
  });

  test("why there is nothing to see", () => {
    expect(missingWords({ missing: "too-few", pictures: 8, fewest: 12 }, true)).toMatch(/^With 8 different pictures .* From 12 on/u);
    expect(missingWords({ missing: "not-kept", pictures: 0, fewest: 12 }, false)).toMatch(/kept no such pictures/u);
    const notYet = { missing: "not-yet", pictures: 0, fewest: 12 } as const;
    expect(missingWords(notYet, true)).not.toBe(missingWords(notYet, false));
  });
});
