/** @file Pairs come in batches that share pictures: each pair once, few decodes. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { batchPairs, type BatchLimits, type Ends } from "#engine/duplicates/pair-batches.ts";

/** What a child does with a batch: keeps the last few pictures. */
function decodes(batches: readonly (readonly Ends[])[], held: number): number {
  let count = 0;
  for (const batch of batches) {
    const kept = new Set<number>();
    for (const pair of batch) {
      for (const picture of [pair.a, pair.b]) {
        if (kept.has(picture)) kept.delete(picture);
        else count++;
        kept.add(picture);
        const oldest = kept.values().next();
        if (kept.size > held && !oldest.done) kept.delete(oldest.value);
      }
    }
  }
  return count;
}

const limits: BatchLimits = { pairs: 8, held: 6 };
const pairsOfAny = fc
  .uniqueArray(fc.tuple(fc.nat(40), fc.nat(40)), {
    selector: ([one, other]) => `${Math.min(one, other)} ${Math.max(one, other)}`,
    maxLength: 200,
  })
  .map((ends) =>
    ends.filter(([one, other]) => one !== other).map(([one, other]) => ({ a: Math.min(one, other), b: Math.max(one, other) })),
  );

test("each pair comes once, as it was given, in batches of the size asked for", () => {
  fc.assert(
    fc.property(pairsOfAny, (pairs) => {
      const batches = batchPairs(pairs, limits);
      expect(new Set(batches.flat())).toEqual(new Set(pairs));
      expect(batches.flat()).toHaveLength(pairs.length);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThan(limits.pairs + limits.held);
      }
      const exchanged = pairs.toReversed();
      expect(batchPairs(exchanged, limits)).toEqual(batches);
    }),
  );
});

test("pictures of one clique are decoded about once", () => {
  // Cliques of 6 whose members are spread over all contents, as photos of one place are.
  const pairs = Array.from({ length: 30 }, (_, clique) => clique).flatMap((clique) =>
    Array.from({ length: 36 }, (_, at) => ({ a: clique + 30 * Math.floor(at / 6), b: clique + 30 * (at % 6) })).filter(({ a, b }) => a < b),
  );
  const held = 8;
  expect(decodes(batchPairs(pairs, { pairs: 15, held }), held)).toBe(180);
});

test("a hub with very many pairs takes no longer for it", () => {
  const pairs = Array.from({ length: 20_000 }, (_, at) => ({ a: 0, b: at + 1 }));
  const batches = batchPairs(pairs, { pairs: 64, held: 24 });
  expect(decodes(batches, 24)).toBeLessThan(20_000 + 3 * batches.length);
});
