import fc from "fast-check";
import { expect, test } from "vitest";

import { parseQuery, plainValue, rangeText, writeQuery, type QueryTerm } from "#protocol/query.ts";

const text = fc.oneof(fc.string(), fc.stringMatching(/^[-a-z:,*." ]{0,12}$/));
const key = fc.stringMatching(/^[a-z]{1,6}(-[a-z]{1,6})?$/);
const value = fc.record({ text, quoted: fc.boolean() });
const term: fc.Arbitrary<QueryTerm> = fc.oneof(
  fc.record({ key, values: fc.array(value, { minLength: 1, maxLength: 4 }), negated: fc.boolean() }),
  fc.record({ key: fc.constant(null), values: fc.tuple(value), negated: fc.boolean() }),
);

test("what is written is read back as the same terms", () => {
  const plain = (terms: readonly QueryTerm[]): unknown => terms.map((one) => ({ ...one, values: one.values.map((each) => each.text) }));
  fc.assert(
    fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
      expect(plain(parseQuery(writeQuery(terms)))).toEqual(plain(terms));
    }),
    { numRuns: 2000 },
  );
});

test("quotes that were typed stay, and a plain value never gets a meaning it did not have", () => {
  fc.assert(
    fc.property(text, (written) => {
      const [read] = parseQuery(writeQuery([{ key: "camera", values: [plainValue(written)], negated: false }]));
      expect(read?.values[0]?.text).toBe(written);
      if (read?.values[0]?.quoted === false) expect(written).not.toMatch(/\*|\.\./);
    }),
  );
});

test.for<[string | null, string | null, string]>([
  ["2", "12", "2..12"],
  [null, "12", "..12"],
  ["2", null, "2.."],
  ["2024", "2024", "2024"],
])("from %s to %s is %s", ([from, to, expected]) => expect(rangeText(from, to)).toBe(expected));
