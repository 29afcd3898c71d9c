/** @file Laws of grouping: every verified pair is shown, nothing unverified is implied, and thousands of identical files stay linear. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { describeGroup } from "#engine/duplicates/describe-group.ts";
import { byOrder, prepareGroups, withoutPairs, type GroupSource } from "#engine/duplicates/group-source.ts";
import { groupsByGain, tabulateGroups } from "#engine/duplicates/group-table.ts";
import { groupPairs } from "#engine/duplicates/groups.ts";
import { matchHashes, hashRadius } from "#engine/duplicates/hash-index.ts";
import { keepOrder } from "#engine/duplicates/keep.ts";
import { inverseOrientation, orient, orientations, orientedSteps, type Orientation } from "#engine/duplicates/picture.ts";
import { relationStrength } from "#engine/duplicates/types.ts";
import type { ContentFacts, DuplicateGroup, FileFacts, VerifiedPair } from "#engine/duplicates/types.ts";
import { hashSide, perceptualHashes } from "#engine/ingest/decode/perceptual-hash.ts";
import { createRandom } from "#engine/base/random.ts";
import { keepCriteria, plainStrictness } from "#protocol/duplicates-contract.ts";
import { groupPairs as plainGroups } from "../reference/duplicates/groups.ts";

function content(id: number): ContentFacts {
  return {
    id,
    byteSize: 1000 + id,
    width: 100 + (id % 3),
    height: 100,
    format: id % 2 ? "jpeg" : "png",
    perceptual: new Uint8Array(64),
    colour: new Uint8Array(48),
  };
}

const contentCount = 9;
const relations = ["identical-pixels", "same-picture", "same-scene"] as const;
const pairs = fc.uniqueArray(
  fc
    .record({
      a: fc.nat(contentCount - 1),
      b: fc.nat(contentCount - 1),
      relation: fc.constantFrom(...relations),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .filter(({ a, b }) => a < b),
  { selector: ({ a, b }) => a * 100 + b, maxLength: 30 },
);
const holders = fc.array(fc.nat(contentCount - 1), { maxLength: 25 });

function filesOf(extra: readonly number[]): FileFacts[] {
  const held = [...Array.from({ length: contentCount }, (_, index) => index), ...extra];
  return held.map((owner, file) => ({ file: file + 1, content: owner, path: `/p/${file}.png`, time: file * 7 }));
}

describe("groupPairs", () => {
  test("every verified pair is in a group, every pair of a group was verified or has equal bytes", () => {
    fc.assert(
      fc.property(pairs, holders, (verified: VerifiedPair[], extra) => {
        const files = filesOf(extra);
        const contentOf = new Map(files.map((file) => [file.file, file.content]));
        const known = new Map(verified.map((pair) => [`${pair.a}/${pair.b}`, pair.relation]));
        const shown = new Set<string>();
        const groups = groupPairs({ contents: Array.from({ length: contentCount }, (_, id) => content(id)), files, pairs: verified });
        for (const group of groups) {
          const owners = [...new Set(group.members.map((member) => contentOf.get(member.file) as number))];
          for (const a of owners) for (const b of owners) if (a < b) expect(known.has(`${a}/${b}`)).toBe(true);
          for (const pair of group.pairs) {
            const [a, b] = [contentOf.get(pair.a) as number, contentOf.get(pair.b) as number].sort((x, y) => x - y) as [number, number];
            if (a === b) expect(pair.relation).toBe("identical-file");
            else expect(pair.relation).toBe(known.get(`${a}/${b}`));
            shown.add(`${a}/${b}`);
          }
          const weakest = Math.min(...group.pairs.map((pair) => relationStrength[pair.relation]));
          expect(relationStrength[group.relation]).toBe(weakest);
          expect(group.members.some((member) => member.keep)).toBe(true);
          if (group.relation === "same-scene") expect(group.members.every((member) => member.keep)).toBe(true);
        }
        for (const key of known.keys()) expect(shown.has(key)).toBe(true);
        // Files with equal bytes always meet in some group.
        for (let id = 0; id < contentCount; id++) if (extra.includes(id)) expect(shown.has(`${id}/${id}`)).toBe(true);
        expect(new Set(groups.map((group) => group.id)).size).toBe(groups.length);
      }),
    );
  });

  test("the order of pairs and files does not matter", () => {
    fc.assert(
      fc.property(pairs, holders, (verified, extra) => {
        const files = filesOf(extra);
        const contents = Array.from({ length: contentCount }, (_, id) => content(id));
        const forwards = groupPairs({ contents, files, pairs: verified });
        const backwards = groupPairs({ contents: [...contents].reverse(), files: [...files].reverse(), pairs: [...verified].reverse() });
        expect(backwards.map((group) => group.id).sort()).toEqual(forwards.map((group) => group.id).sort());
      }),
    );
  });

  test("giving up everything that is proposed leaves a kept file in every group", () => {
    fc.assert(
      fc.property(pairs, holders, (verified, extra) => {
        const groups = groupPairs({
          contents: Array.from({ length: contentCount }, (_, id) => content(id)),
          files: filesOf(extra),
          pairs: verified,
        });
        const givenUp = new Set(groups.flatMap((group) => group.members.filter((member) => !member.keep).map((member) => member.file)));
        for (const group of groups)
          if (group.relation !== "same-scene") expect(group.members.some((member) => member.keep && !givenUp.has(member.file))).toBe(true);
      }),
    );
  });

  test("the very groups that the plain reference makes, pairs, marks, reasons and all", () => {
    fc.assert(
      fc.property(pairs, holders, (verified, extra) => {
        const input = { contents: Array.from({ length: contentCount }, (_, id) => content(id)), files: filesOf(extra), pairs: verified };
        expect(groupPairs(input)).toEqual(plainGroups(input));
      }),
      { numRuns: 500 },
    );
  });

  test("a strictness gives the groups of the pairs that it lets through", () => {
    const strictness = fc.record({
      least: fc.constantFrom("identical-file" as const, ...relations),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(pairs, holders, strictness, (verified, extra, { least, score }) => {
        const input = { contents: Array.from({ length: contentCount }, (_, id) => content(id)), files: filesOf(extra), pairs: verified };
        const through = verified.filter(
          (pair) => relationStrength[pair.relation] >= relationStrength[least] && (pair.relation !== "same-picture" || pair.score >= score),
        );
        expect(groupPairs(input, { least, score })).toEqual(plainGroups({ ...input, pairs: through }));
      }),
    );
  });

  test("without some pairs, or by another rule, a prepared source gives what a fresh one gives", () => {
    const rule = fc.record({
      order: fc.shuffledSubarray([...keepCriteria]),
      folder: fc.constantFrom(null, "/p", "/q"),
      newest: fc.boolean(),
    });
    fc.assert(
      fc.property(pairs, holders, fc.array(fc.nat(29)), rule, (verified, extra, places, other) => {
        const input = { contents: Array.from({ length: contentCount }, (_, id) => content(id)), files: filesOf(extra), pairs: verified };
        const left = verified.filter((_, at) => places.includes(at));
        const written = (source: GroupSource): DuplicateGroup[] => {
          const table = tabulateGroups(source, plainStrictness);
          return Array.from(groupsByGain(table), (group) => describeGroup(table, group));
        };
        const prepared = prepareGroups(input, keepOrder());
        written(prepared); // what it remembers of pairs must not be of the other rule
        const fresh = prepareGroups({ ...input, pairs: verified.filter((pair) => !left.includes(pair)) }, keepOrder(other));
        expect(written(withoutPairs(byOrder(prepared, keepOrder(other)), left))).toEqual(written(fresh));
        expect(written(byOrder(withoutPairs(prepared, left), keepOrder(other)))).toEqual(written(fresh));
      }),
    );
  });

  test("the table's sums are those of the groups written out", () => {
    fc.assert(
      fc.property(pairs, holders, (verified, extra) => {
        const contents = Array.from({ length: contentCount }, (_, id) => content(id));
        const table = tabulateGroups(prepareGroups({ contents, files: filesOf(extra), pairs: verified }, keepOrder()), plainStrictness);
        for (let index = 0; index < table.count; index++) {
          const group = describeGroup(table, index);
          const gain = group.members.reduce((sum, { file, keep }) => {
            const owner = table.source.files.find((facts) => facts.file === file)?.content as number;
            return sum + (keep ? 0 : 1000 + owner);
          }, 0);
          expect([table.sizes[index], table.gains[index], relationStrength[group.relation]]).toEqual([
            group.members.length,
            gain,
            table.strengths[index],
          ]);
        }
        const order = groupsByGain(table);
        for (let rank = 1; rank < order.length; rank++)
          expect(table.gains[order[rank - 1]]).toBeGreaterThanOrEqual(table.gains[order[rank]]);
      }),
    );
  });

  test("5,000 identical files make 4,999 pairs", () => {
    const files: FileFacts[] = Array.from({ length: 5000 }, (_, index) => ({
      file: index + 1,
      content: 0,
      path: `/many/${index}.png`,
      time: 0,
    }));
    const [group, ...others] = groupPairs({ contents: [content(0)], files, pairs: [] });
    expect(others).toEqual([]);
    expect(group?.pairs.length).toBe(4999);
    expect(new Set(group?.pairs.map((pair) => pair.a)).size).toBe(1);
    expect(group?.members.filter((member) => member.keep).map((member) => member.file)).toEqual([group?.pairs[0]?.a]);
  });
});

describe("matchHashes", () => {
  test("finds exactly the pairs within the radius that comparing all with all finds", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 60 }), (seed, count) => {
        const random = createRandom(seed);
        const hashes: Uint8Array[] = [];
        for (let index = 0; index < count; index++) {
          const hash = Uint8Array.from({ length: 64 }, () => random.below(256));
          // Every second one is a neighbour of an earlier one, 1 to 10 bits away in a random orientation.
          if (index % 2 === 1) {
            const target = random.below(8) * 8;
            hash.set((hashes[random.below(index)] as Uint8Array).subarray(target, target + 8));
            for (let flip = 1 + random.below(10); flip > 0; flip--) hash[random.below(8)]! ^= 1 << random.below(8);
          }
          hashes.push(hash);
        }
        const found = new Set<string>();
        matchHashes(hashes, ({ first, second, orientation, distance }) => found.add(`${first} ${second} ${orientation} ${distance}`));
        const expected = new Set<string>();
        for (let first = 0; first < count; first++) {
          for (let second = first + 1; second < count; second++) {
            for (const orientation of orientations) {
              let distance = 0;
              for (let byte = 0; byte < 8; byte++) {
                for (
                  let bits = (hashes[first] as Uint8Array)[orientation * 8 + byte]! ^ (hashes[second] as Uint8Array)[byte]!;
                  bits;
                  bits &= bits - 1
                )
                  distance++;
              }
              if (distance <= hashRadius) expected.add(`${first} ${second} ${orientation} ${distance}`);
            }
          }
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("asked of some only, it tells the pairs that hold one of them, and no others", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, count) => {
        const random = createRandom(seed);
        // Hashes of pictures, so that those of the eight orientations belong together: each is new, or an earlier one laid anew with some noise.
        const greys: Float32Array[] = [];
        for (let index = 0; index < count; index++) {
          const from = index % 3 === 0 ? null : (greys[random.below(index)] as Float32Array);
          const { start, stepX, stepY } = orientedSteps(hashSide, hashSide, orientations[random.below(8)] as Orientation);
          greys.push(
            Float32Array.from({ length: hashSide ** 2 }, (_, at) =>
              from === null
                ? 255 * random.unit()
                : (from[start + (at % hashSide) * stepX + Math.floor(at / hashSide) * stepY] as number) + 6 * random.normal(),
            ),
          );
        }
        const hashes = greys.map((grey) => perceptualHashes(grey));
        const asked = Array.from({ length: count }, () => random.below(3) === 0);
        const told = (options = {}): { first: number; second: number; text: string }[] => {
          const matches: { first: number; second: number; text: string }[] = [];
          matchHashes(
            hashes,
            ({ first, second, orientation, distance }) =>
              matches.push({ first, second, text: `${first} ${second} ${orientation} ${distance}` }),
            options,
          );
          return matches;
        };
        const expected = told().filter(({ first, second }) => asked[first] || asked[second]);
        const found = told({ asked: (item: number) => asked[item] });
        expect(found.map(({ text }) => text).sort()).toEqual(expected.map(({ text }) => text).sort());
      }),
      { numRuns: 60 },
    );
  });
});

test("an orientation and its inverse give the picture back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(...orientations),
      (width, height, orientation) => {
        const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 37) & 255);
        const back = orient(orient({ width, height, data }, orientation), inverseOrientation(orientation));
        expect([back.width, back.height]).toEqual([width, height]);
        expect(back.data).toEqual(data);
      },
    ),
  );
});
