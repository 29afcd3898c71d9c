import fc from "fast-check";
import { expect, test } from "vitest";

import { csvField, csvLine, withoutGuard } from "#engine/base/csv-text.ts";
import { readCsv } from "#engine/base/csv.ts";

const awkward = fc.string({
  unit: fc.oneof(fc.constantFrom(..."\",;\t\r\n'=+-@ ＝aé\u202e😀"), fc.string({ unit: "binary", minLength: 1, maxLength: 1 })),
  maxLength: 12,
});

test("what was written is read back, whatever it holds", () => {
  fc.assert(
    fc.property(fc.array(fc.array(awkward, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      // The header tells the reader which separator is meant; a row with nothing in it would be no row to it.
      const told = [["a", "b"], ...rows.map((row) => ["x", ...row])];
      const text = told.map(csvLine).join("");
      expect(readCsv(text).map((row) => row.map(withoutGuard))).toEqual(told);
    }),
    { numRuns: 500 },
  );
});

test("no field of text begins as a formula does, quoted or not", () => {
  fc.assert(
    fc.property(awkward, (text) => {
      const seen = csvField(text).replace(/^"/, "");
      expect(/^[=+\-@\t\r\n＝＋－＠]/.test(seen)).toBe(false);
    }),
    { numRuns: 1000 },
  );
  expect(csvField('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
});

test("numbers are numbers, nothing is nothing", () => {
  expect(csvLine([-1.5, null, true, 0, "a,b", "plain"])).toBe('-1.5,,true,0,"a,b",plain\r\n');
});
