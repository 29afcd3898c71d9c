import fc from "fast-check";
import { expect, test } from "vitest";

import { createNames, folderName } from "#engine/export/data/folder-names.ts";

test.for<[string, string]>([
  ["cat", "cat"],
  ["a/b\\c", "a_b_c"],
  ["..", "unnamed"],
  ["", "unnamed"],
  [" ../x. ", "_x"],
  ["con", "_con"],
  ["Nul.txt", "_Nul.txt"],
  ["what?*\n", "what___"],
  ["ü".repeat(150), "ü".repeat(100)],
])("a class called %j becomes the folder %j", ([text, expected]) => {
  expect(folderName(text)).toBe(expected);
});

test("names are given out once, whatever the case, and never too long", () => {
  const name = createNames([Buffer.from("A.JPG")]);
  const given = (text: string): string => name(Buffer.from(text)).toString();
  expect([given("a.jpg"), given("a.jpg"), given("b"), given("B"), given(".x"), given(".x")]).toEqual([
    "a (2).jpg",
    "a (3).jpg",
    "b",
    "B (2)",
    ".x",
    ".x (2)",
  ]);
  const long = Buffer.from(`${"é".repeat(125)}.jpg`);
  name(long);
  const second = name(long);
  expect(second.length).toBeLessThanOrEqual(255);
  expect(second.toString()).toMatch(/^é+ \(2\)\.jpg$/);
});

test("bytes that are no text keep being these bytes", () => {
  const foreign = Buffer.from([0x66, 0xff, 0x5c, 0x2e, 0x6a]);
  const name = createNames([]);
  expect(name(foreign)).toEqual(foreign);
  expect(name(foreign)).toEqual(Buffer.from([0x66, 0xff, 0x5c, 0x20, 0x28, 0x32, 0x29, 0x2e, 0x6a]));
});

test("no class leads out of its folder", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.oneof(fc.constantFrom("/", "\\", ".", " ", "\0"), fc.string({ unit: "binary", minLength: 1, maxLength: 1 })) }),
      (text) => {
        const made = folderName(text);
        expect(made).not.toMatch(/[/\\\0]/);
        expect(made).not.toMatch(/^\.|[. ]$/);
        expect(Buffer.byteLength(made)).toBeLessThanOrEqual(201);
        expect(made).not.toBe("");
      },
    ),
  );
});
