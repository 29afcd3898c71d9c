import fc from "fast-check";
import { expect, test } from "vitest";

import { combineTerms } from "#engine/search/combine-terms.ts";

const unit = (values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};

test("towards one and away from another, by hand", () => {
  const [right, up] = [unit([1, 0]), unit([0, 1])];
  expect([...combineTerms([{ vector: right, weight: 1 }])]).toEqual([1, 0]);
  const both = combineTerms([{ vector: right, weight: 3 }, { vector: up, weight: -4 }]); // prettier-ignore
  expect(both[0]).toBeCloseTo(0.6, 6);
  expect(both[1]).toBeCloseTo(-0.8, 6);
});

test("the result has unit length and does not depend on order or on a common factor", () => {
  const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
  const term = fc.record({
    values: numbers.filter((values) => Math.hypot(...values) > 0.1),
    weight: fc.double({ min: 0.1, max: 5, noNaN: true }),
    isAway: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 5 }), fc.double({ min: 0.1, max: 10, noNaN: true }), (given, factor) => {
      const terms = given.map(({ values, weight, isAway }) => ({ vector: unit(values), weight: isAway ? -weight : weight }));
      let query: Float32Array;
      try {
        query = combineTerms(terms);
      } catch {
        return;
      }
      expect(Math.hypot(...query)).toBeCloseTo(1, 5);
      const others = [[...terms].reverse(), terms.map((each) => ({ ...each, weight: each.weight * factor }))];
      for (const other of others) combineTerms(other).forEach((value, at) => expect(value).toBeCloseTo(query[at] as number, 2));
    }),
  );
});

test("terms that cancel each other out are told", () => {
  const one = unit([1, 2, 3]);
  expect(() => combineTerms([{ vector: one, weight: 1 }, { vector: one, weight: -1 }])).toThrow(/cancel each other out/); // prettier-ignore
});
