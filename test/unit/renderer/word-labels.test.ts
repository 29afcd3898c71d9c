/** @file Starting labels from words: names out of what was typed, and the clearest pictures of each. */
import { describe, expect, test } from "vitest";

import { namesIn, stripsOf } from "../../../renderer/views/classes/word-labels.ts";

describe("starting labels from words", () => {
  test("names stand between commas, each once", () => {
    expect(namesIn(" beach, old town;beach,,\npeople ")).toEqual(["beach", "old town", "people"]);
    expect(namesIn(" , ")).toEqual([]);
  });

  test("of each class the clearest by its margin, the clearest first; of copies one; a class without pictures is left out", () => {
    const told = {
      // 16 and 17 are copies of 13 and 12.
      ids: Int32Array.of(11, 12, 13, 14, 15, 16, 17),
      copyOf: Int32Array.of(11, 12, 13, 14, 15, 13, 12),
      labels: Int32Array.of(0, 2, 0, 0, 2, 0, 2),
      // The likeliest by similarity is not the clearest.
      similarities: Float32Array.of(0.9, 0.3, 0.2, 0.3, 0.3, 0.2, 0.3),
      margins: Float32Array.of(0.01, 0.1, 0.3, 0.2, 0.1, 0.3, 0.1),
    };
    expect(stripsOf(told, ["beach", "town", "people"], 2)).toEqual([
      { name: "beach", ids: [13, 14] },
      { name: "people", ids: [12, 15] },
    ]);
  });
});
