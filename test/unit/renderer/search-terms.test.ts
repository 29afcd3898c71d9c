/** @file What is typed into the search as terms, and back. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { clusterWords } from "../../../renderer/map-view/cluster-words.ts";
import { readRegionPart, regionPart } from "../../../renderer/state/region-part.ts";
import { parseTerms, writeTerms, type TextTerm } from "../../../renderer/state/search-terms.ts";

const plus = (text: string): TextTerm => ({ sign: "+", text });
const minus = (text: string): TextTerm => ({ sign: "-", text });

test.each([
  ["beach", [plus("beach")]],
  ["beach -people", [plus("beach"), minus("people")]],
  ["  a red   dog ", [plus("a red dog")]],
  ['sunset "red umbrella" -"many people" +boat', [plus("sunset"), plus("red umbrella"), minus("many people"), plus("boat")]],
  ["x-ray of a hand", [plus("x-ray of a hand")]],
  ["well-known -x-ray", [plus("well-known"), minus("x-ray")]],
  ["a - b", [plus("a b")]],
  ["-people", [minus("people")]],
  ["−people “old man”", [minus("people"), plus("old man")]],
  ['"open quotation', [plus("open quotation")]],
  ["- -- +", []],
  ["", []],
  ['""', []],
] as const)("%j", (typed, terms) => expect(parseTerms(typed)).toEqual(terms));

test("what is written is read as the same terms, whatever they are", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/u);
  const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));
  const term = fc.record({ sign: fc.constantFrom("+" as const, "-" as const), text });
  fc.assert(
    fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
      // The unsigned term stands first among the pluses wherever it was; beside that nothing changes.
      const read = parseTerms(writeTerms(terms));
      const sorted = (list: readonly TextTerm[]): string[] => list.map((each) => `${each.sign}${each.text}`).sort();
      expect(sorted(read)).toEqual(sorted(terms));
    }),
  );
});

test("a part of a picture goes through the address and stays inside the picture", () => {
  const share = fc.double({ min: 0, max: 0.98, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), share, share, share, share, (id, left, top, w, h) => {
      const box = { left, top, width: Math.max(0.001, w * (1 - left)), height: Math.max(0.001, h * (1 - top)) };
      const read = readRegionPart(regionPart(id as never, box));
      expect(read?.id).toBe(id);
      for (const key of ["left", "top", "width", "height"] as const)
        expect(Math.abs((read?.box[key] ?? NaN) - box[key])).toBeLessThan(2e-4);
      expect((read?.box.left ?? NaN) + (read?.box.width ?? NaN)).toBeLessThanOrEqual(1.000001);
    }),
  );
});

test.each(["", "5", "region-0-1-1-1-1", "region-1-0-0-0-5", "region-1-5000-0-5001-1", "region-1-1-1-1", "region-1-a-1-1-1"])(
  "%j is no part of a picture",
  (part) => expect(readRegionPart(part)).toBeNull(),
);

test("clusters are named by common words and by folders, each once", () => {
  const words = clusterWords(["/p/Summer_2024-Trip", "/p/dog", "/p/12345", "/p/ab", "C:\\x\\Dentist"]);
  expect(words).toEqual(expect.arrayContaining(["dog", "beach", "summer 2024 trip", "dentist"]));
  expect(new Set(words).size).toBe(words.length);
  expect(words).not.toContain("12345");
  expect(words).not.toContain("ab");
  expect(clusterWords(Array.from({ length: 5000 }, (_, at) => `/p/folder ${at}`))).toHaveLength(1000);
});
