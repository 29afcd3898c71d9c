/** @file Laws of pairs across two sets: nothing but crossings, no file that has one is left out, and thousands of equal files stay linear. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { groupsBetween, type CrossGroup } from "#engine/duplicates/between.ts";
import { prepareGroups } from "#engine/duplicates/group-source.ts";
import { tabulateGroups } from "#engine/duplicates/group-table.ts";
import { keepOrder } from "#engine/duplicates/keep.ts";
import { relationStrength } from "#engine/duplicates/types.ts";
import type { ContentFacts, FileFacts, VerifiedPair } from "#engine/duplicates/types.ts";
import { plainStrictness } from "#protocol/duplicates-contract.ts";

const contentCount = 7;
const contents = Array.from({ length: contentCount }, (_, id): ContentFacts => {
  const format = id % 2 ? "jpeg" : "png";
  return { id, byteSize: 1000 + id, width: 100, height: 100, format, perceptual: new Uint8Array(0), colour: new Uint8Array(0) };
});

function between(files: readonly FileFacts[], pairs: readonly VerifiedPair[], isFirst: (file: number) => boolean): CrossGroup[] {
  return groupsBetween(tabulateGroups(prepareGroups({ contents, files, pairs }, keepOrder()), plainStrictness), isFirst);
}

function file(number: number, content: number): FileFacts {
  return { file: number, content, path: `/p/${number}.png`, time: number };
}

test("every crossing of contents is shown, every file that has one stands in a pair, and no pair stays on one side", () => {
  const verified = fc.uniqueArray(
    fc
      .record({
        a: fc.nat(contentCount - 1),
        b: fc.nat(contentCount - 1),
        relation: fc.constantFrom("identical-pixels" as const, "same-picture" as const, "same-scene" as const),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .filter(({ a, b }) => a < b),
    { selector: ({ a, b }) => a * 100 + b, maxLength: 14 },
  );
  const placed = fc.array(fc.record({ content: fc.nat(contentCount - 1), first: fc.boolean() }), { maxLength: 20 });
  fc.assert(
    fc.property(verified, placed, (pairs, places) => {
      const files = places.map(({ content }, at) => file(at + 1, content));
      const isFirst = (number: number): boolean => places[number - 1].first;
      const owner = (number: number): number => places[number - 1].content;
      const found = new Map(pairs.map((pair) => [`${pair.a} ${pair.b}`, pair]));
      const relationOf = (one: number, other: number): string | undefined =>
        one === other ? "identical-file" : found.get(`${Math.min(one, other)} ${Math.max(one, other)}`)?.relation;
      const shared = new Map<number, number>();
      const crossings = new Set<string>();
      for (const a of files)
        for (const b of files) {
          const relation = relationOf(a.content, b.content);
          if (!isFirst(a.file) || isFirst(b.file) || relation === undefined) continue;
          crossings.add(`${Math.min(a.content, b.content)} ${Math.max(a.content, b.content)}`);
          const strength = relationStrength[relation as keyof typeof relationStrength];
          for (const { file: each } of [a, b]) shared.set(each, Math.max(shared.get(each) ?? 0, strength));
        }
      const groups = between(files, pairs, isFirst);
      const shown = new Set<string>();
      const standing = new Map<number, number>();
      for (const group of groups) {
        const members = new Set(group.members.map((member) => member.file));
        for (const { a, b, relation } of group.pairs) {
          expect([isFirst(a), isFirst(b), relation]).toEqual([true, false, relationOf(owner(a), owner(b))]);
          shown.add(`${Math.min(owner(a), owner(b))} ${Math.max(owner(a), owner(b))}`);
          for (const each of [a, b]) standing.set(each, Math.max(standing.get(each) ?? 0, relationStrength[relation]));
        }
        expect(new Set(group.pairs.flatMap(({ a, b }) => [a, b]))).toEqual(members);
        expect(group.members.some(({ keep }) => keep)).toBe(true);
      }
      expect(shown).toEqual(crossings);
      // Of a scene one file of each side stands for its equals.
      const copies = (of: ReadonlyMap<number, number>): number[] => [...of.keys()].filter((each) => (of.get(each) as number) > 0).sort();
      expect(copies(standing)).toEqual(copies(shared));
    }),
  );
});

test("2,000 equal files on each side make 3,999 pairs", () => {
  const files = Array.from({ length: 4000 }, (_, at) => file(at + 1, 0));
  const [group, ...others] = between(files, [], (number) => number % 2 === 0);
  expect(others).toEqual([]);
  expect([group?.pairs.length, group?.members.length]).toEqual([3999, 4000]);
});
