/** @file The proposal which copy to keep, and its words; overlapping groups. */
import { describe, expect, test } from "vitest";

import { groupPairs } from "#engine/duplicates/groups.ts";
import { keepOrder } from "#engine/duplicates/keep.ts";
import { plainKeepRule, type KeepRule } from "#protocol/duplicates-contract.ts";
import type { KeepCandidate } from "#engine/duplicates/keep.ts";
import type { ContentFacts, FileFacts } from "#engine/duplicates/types.ts";

function candidate(file: number, facts: Partial<FileFacts> = {}, content: Partial<ContentFacts> = {}): KeepCandidate {
  return {
    facts: { file, content: file, path: `/a/photo${file}.jpg`, time: 1000, ...facts },
    content: {
      id: file,
      byteSize: 5000,
      width: 800,
      height: 600,
      format: "jpeg",
      perceptual: new Uint8Array(64),
      colour: new Uint8Array(48),
      ...content,
    },
  };
}

describe("proposeKeep", () => {
  const cases: [string, KeepCandidate, KeepCandidate, string, string][] = [
    ["more pixels", candidate(1, {}, { width: 400, height: 300 }), candidate(2), "most pixels", "400 x 300 instead of 800 x 600 pixels"],
    [
      "what a frame adds is no picture",
      { ...candidate(1, {}, { width: 900, height: 700 }), shown: 0.7619 },
      candidate(2),
      "most pixels",
      "24 % of it is a frame or empty corners",
    ],
    [
      "nothing written over it, though smaller",
      { ...candidate(1), written: true },
      candidate(2, {}, { width: 400, height: 300 }),
      "nothing is written over it",
      "something is written over it",
    ],
    [
      "lossless over lossy",
      candidate(1),
      candidate(2, {}, { format: "png", byteSize: 10 }),
      "lossless format",
      "lossy jpeg, the kept one is lossless png",
    ],
    ["less compression", candidate(1), candidate(2, {}, { byteSize: 9000 }), "least compressed", "more compressed than the kept one"],
    ["metadata", candidate(1), candidate(2, { hasMetadata: true }), "has recorded metadata", "lacks the metadata of the kept one"],
    [
      "name",
      candidate(1, { path: "/a/x (1).jpg" }),
      candidate(2, { path: "/a/much-longer-name.jpg" }),
      "original name",
      "named like a copy",
    ],
    [
      "name, in words",
      candidate(1, { path: "/a/x copy.jpg" }),
      candidate(2, { path: "/a/copyright.jpg" }),
      "original name",
      "named like a copy",
    ],
    ["age", candidate(1, { time: 2000 }), candidate(2), "oldest", "newer than the kept one"],
    ["path", candidate(1, { path: "/a/deep/down/photo2.jpg" }), candidate(2), "shortest path", "longer path than the kept one"],
  ];
  for (const [name, worse, better, kept, left] of cases) {
    test(name, () => {
      expect(keepOrder().propose([worse, better], "same-picture")).toEqual([
        { file: 1, keep: false, reason: left },
        { file: 2, keep: true, reason: kept },
      ]);
    });
  }

  test("where every lossy one is a JPEG of known quality, quality tells and not bytes", () => {
    const fine = candidate(1, {}, { byteSize: 5000, jpegQuality: 92 });
    const coarse = candidate(2, {}, { byteSize: 9000, jpegQuality: 60 });
    const known = [fine, coarse].map((each) => ({ ...each, byQuality: true }));
    expect(keepOrder().propose(known, "same-picture")).toEqual([
      { file: 1, keep: true, reason: "least compressed" },
      { file: 2, keep: false, reason: "JPEG quality about 60 instead of 92" },
    ]);
    expect(
      keepOrder()
        .propose([fine, coarse], "same-picture")
        .map(({ keep }) => keep),
    ).toEqual([false, true]);
    // One whose quality nobody knows beside them: bytes for all.
    const both = [fine.content, coarse.content, { ...candidate(3).content, format: "webp", byteSize: 7000 }];
    const files = both.map(({ id }) => ({ file: id, content: id, path: `/a/${id}.jpg`, time: 0 }));
    const alike = (ids: readonly number[]) => ids.flatMap((a) => ids.filter((b) => a < b).map((b) => ({ a, b, relation: "same-picture" as const, score: 1 }))); // prettier-ignore
    const kept = (ids: readonly number[]): number | undefined =>
      groupPairs({ contents: both, files, pairs: alike(ids) })[0]?.members.find(({ keep }) => keep)?.file;
    expect([kept([1, 2]), kept([1, 2, 3])]).toEqual([1, 2]);
  });

  test("the rule says what comes first, which folder is better and which date", () => {
    const [small, large] = [candidate(1, { time: 1 }, { width: 400 }), candidate(2, { path: "/b/x.jpg", time: 2 })];
    const keptBy = (rule: Partial<KeepRule>): { file: number; reason: string } | undefined =>
      keepOrder({ ...plainKeepRule, ...rule })
        .propose([small, large], "same-picture")
        .find(({ keep }) => keep);
    expect(keptBy({})).toMatchObject({ file: 2, reason: "most pixels" });
    expect(keptBy({ order: ["folder", "pixels"], folder: "/a" })).toMatchObject({ file: 1, reason: "in the preferred folder" });
    expect(keptBy({ order: ["folder", "pixels"], folder: "/a/photo1" })).toMatchObject({ file: 2, reason: "most pixels" });
    expect(keptBy({ order: ["date"] })).toMatchObject({ file: 1, reason: "oldest" });
    expect(keptBy({ order: ["date"], newest: true })).toMatchObject({ file: 2, reason: "newest" });
    expect(keptBy({ order: [] })).toMatchObject({ file: 2, reason: "shortest path" });
  });

  test("of a scene nothing is given up", () => {
    expect(
      keepOrder()
        .propose([candidate(1), candidate(2)], "same-scene")
        .every((member) => member.keep),
    ).toBe(true);
  });
});

describe("groupPairs", () => {
  const contents = [1, 2, 3].map((id) => ({ ...candidate(id).content, width: 400 * id, height: 300 * id }));
  const files: FileFacts[] = [1, 2, 3].map((file) => ({ file: file * 10, content: file, path: `/a/${file}.jpg`, time: 0 }));

  test("A like B, B like C: two groups, and what one of them keeps the other does not give up", () => {
    const groups = groupPairs({
      contents,
      files,
      pairs: [
        { a: 1, b: 2, relation: "same-picture", score: 0.9 },
        { a: 2, b: 3, relation: "same-picture", score: 0.8 },
      ],
    });
    expect(groups.map((group) => group.members.map((member) => [member.file, member.keep]))).toEqual([
      [
        [10, false],
        [20, true],
      ],
      [
        [20, true],
        [30, true],
      ],
    ]);
  });

  test("identical files inside a group of copies hang on the kept one of their content", () => {
    const more = [...files, { file: 11, content: 1, path: "/a/1 copy.jpg", time: 0 }];
    const [group, ...others] = groupPairs({ contents, files: more, pairs: [{ a: 1, b: 2, relation: "identical-pixels", score: 1 }] });
    expect(others).toEqual([]);
    expect(group?.relation).toBe("identical-pixels");
    expect(group?.members.map((member) => member.file)).toEqual([10, 11, 20]);
    expect(group?.pairs).toEqual([
      { a: 10, b: 11, relation: "identical-file", score: 1 },
      { a: 10, b: 20, relation: "identical-pixels", score: 1 },
    ]);
  });

  test("a PNG saved from a JPEG gives way to it; a PNG that a JPEG was made from does not", () => {
    const kinds = [candidate(1).content, candidate(2, {}, { format: "png", byteSize: 90_000 }).content];
    const both = files.slice(0, 2);
    const keptOf = (relation: "identical-pixels" | "same-picture"): unknown =>
      groupPairs({ contents: kinds, files: both, pairs: [{ a: 1, b: 2, relation, score: 1 }] })[0]?.members;
    expect(keptOf("identical-pixels")).toEqual([
      { file: 10, keep: true, reason: "the file that the lossless copy was made from" },
      { file: 20, keep: false, reason: "made from a jpeg file with the same pixels, so it holds nothing more" },
    ]);
    expect(keptOf("same-picture")).toMatchObject([{ keep: false }, { keep: true, reason: "lossless format" }]);
  });

  test("a scene beside copies is a group of its own", () => {
    const groups = groupPairs({
      contents,
      files,
      pairs: [
        { a: 1, b: 2, relation: "same-picture", score: 0.9 },
        { a: 1, b: 3, relation: "same-scene", score: 0.7 },
        { a: 2, b: 3, relation: "same-scene", score: 0.7 },
      ],
    });
    expect(groups.map((group) => [group.relation, group.members.length])).toEqual([
      ["same-picture", 2],
      ["same-scene", 2],
      ["same-scene", 2],
    ]);
  });

  test("a file without its content is our own mistake", () => {
    expect(() => groupPairs({ contents: [], files, pairs: [] })).toThrow("content 1");
  });
});
