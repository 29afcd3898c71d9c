import fc from "fast-check";
import { expect, test } from "vitest";

import { readCsv } from "#engine/base/csv.ts";

test.each<[string, string[][]]>([
  [
    "a,b\nc,d\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "\uFEFFa;b\nc,c;d",
    [
      ["a", "b"],
      ["c,c", "d"],
    ],
  ],
  ["a\tb\n", [["a", "b"]]],
  [
    '"a,1","say ""x"""\n"two\nlines",b',
    [
      ["a,1", 'say "x"'],
      ["two\nlines", "b"],
    ],
  ],
  ['"a;1",b', [["a;1", "b"]]],
  [
    "a,b\n\n ,\nc,",
    [
      ["a", "b"],
      ["c", ""],
    ],
  ],
  ['5" disc,b', [['5" disc', "b"]]],
  ["one", [["one"]]],
  ["", []],
])("%j", (text, rows) => {
  expect(readCsv(text)).toEqual(rows);
});

test("a quote that is not closed is an error with its row", () => {
  expect(() => readCsv('a,b\n"c,d\n')).toThrow("A quote is opened in row 2 and never closed.");
});

test("whatever is quoted comes back", () => {
  const field = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() !== "" && !text.includes("\uFEFF"));
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
      const text = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join("\n");
      expect(readCsv(text)).toEqual(rows);
    }),
  );
});
