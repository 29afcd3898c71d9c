/** @file Numbers, sizes, names and words as people read them. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { matches } from "../../../renderer/app/command-match.ts";
import { counted, cutMiddle, lastPart, oddText, percentText, similarityText, sizeText } from "../../../renderer/widgets/format.ts";

test.for([
  [0, "0 B"],
  [999, "999 B"],
  [1500, "2 kB"],
  [999_499, "999 kB"],
  [999_500, "1 MB"],
  [2_340_000, "2.3 MB"],
  [999_960_000, "1 GB"],
] as const)("%d bytes are %s", ([bytes, text]) => {
  expect(sizeText(bytes)).toBe(text);
});

test("a percentage never claims to be all before it is", () => {
  expect([12.34, 99.96, 99.999, 100].map(percentText)).toEqual(["12.3 %", "99.9 %", "99.9 %", "100 %"]);
});

test("how odd, in words", () => {
  expect([oddText(99.25), oddText(100)]).toEqual(["Odder than 99.3 % of this collection", "The oddest picture of this collection"]);
});

test("one and many", () => {
  expect([counted(1, "picture"), counted(12_400, "picture"), counted(2, "match", "matches")]).toEqual([
    "1 picture",
    "12,400 pictures",
    "2 matches",
  ]);
  expect(similarityText(0.996)).toBe("1.00");
});

test("a long name keeps its beginning and its end; whole characters only", () => {
  expect(cutMiddle("IMG_0001_final_version_of_the_picture.jpeg", 20)).toBe("IMG_0001_fin…re.jpeg");
  expect(cutMiddle("short.jpg", 20)).toBe("short.jpg");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 3, max: 80 }), (text, length) => {
      const cut = cutMiddle(text, length);
      expect(Array.from(cut).length).toBeLessThanOrEqual(Math.max(length, 0));
      expect(cut.isWellFormed()).toBe(true);
      if (Array.from(text).length <= length) expect(cut).toBe(text);
    }),
  );
});

test.for([
  ["/a/b/c.jpg", "c.jpg"],
  ["C:\\a\\b", "b"],
  ["/", "/"],
] as const)("the last part of %s is %s", ([path, part]) => {
  expect(lastPart(path)).toBe(part);
});

test("a command is found by the beginnings of its words, in any order", () => {
  expect(matches("Go to Duplicates", "dup go")).toBe(true);
  expect(matches("Go to Duplicates", "")).toBe(true);
  expect(matches("Order: Date, newest first", "Order: date,")).toBe(true);
  expect(matches("Go to Duplicates", "plic")).toBe(false);
});
