/** @file The quick way orders as the collator does, whatever the names are made of. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { compareNaturally } from "#engine/base/natural-order.ts";

const collator = new Intl.Collator("en", { numeric: true });

test("numbers count as numbers", () => {
  expect(["IMG_10", "IMG_9", "IMG_010", "IMG_11"].sort(compareNaturally)).toEqual(["IMG_9", "IMG_10", "IMG_010", "IMG_11"]);
  expect(["a2b", "a10b", "a2a"].sort(compareNaturally)).toEqual(["a2a", "a2b", "a10b"]);
});

test("as the collator, for names that differ in digits, letters, marks and length", () => {
  const part = fc.oneof(
    fc.stringMatching(/^[0-9]{1,6}$/u),
    fc.constantFrom(
      "IMG_",
      "img-",
      "a",
      "B",
      " ",
      ".",
      "_",
      "(",
      ")",
      "e\u0301",
      "\u00e9",
      "\u00df",
      "\u4e00",
      "\u0663",
      "\u{1d7d9}",
      ".jpg",
    ),
  );
  const name = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  // Two names of one family are what a folder holds.
  const pair = fc.oneof(fc.tuple(name, name), fc.tuple(name, name, name, name).map(([head, one, other, end]) => [head + one + end, head + other + end] as const)); // prettier-ignore
  fc.assert(
    fc.property(pair, ([one, other]) => {
      expect(Math.sign(compareNaturally(one, other))).toBe(Math.sign(collator.compare(one, other)));
    }),
    { numRuns: 3000 },
  );
});
