/** @file What is ordinary is dimmed and what stands out is not; the words say how much that is. */
import { expect, test } from "vitest";

import { dimmingOf, standingOutText } from "../../../renderer/views/outliers/dimming.ts";

test("dimming falls from ordinary places to strange ones, and leaves those alone", () => {
  const pixels = dimmingOf(Float32Array.of(0, 0.25, 0.5, 1));
  const alphas = [...pixels].filter((_, at) => at % 4 === 3);
  expect(alphas).toEqual([191, 96, 0, 0]);
  expect([...pixels].filter((_, at) => at % 4 !== 3).every((value) => value === 0)).toBe(true);
});

test("the words name the part, all of it, or none", () => {
  expect(standingOutText({ box: [0, 0, 0.2, 0.2], share: 0.04 })).toBe("The lit part, 4 % of it, is unlike them.");
  expect(standingOutText({ box: [0, 0, 1, 1], share: 0.9 })).toBe("Nearly all of it is unlike them.");
  expect(standingOutText({ box: null, share: 0.01 })).toBe("No single part stands out: it is unusual as a whole.");
});
