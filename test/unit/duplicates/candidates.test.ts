/** @file Candidates: near hashes in any orientation, neighbours beyond chance, and crowds that stay linear. */
import { describe, expect, test } from "vitest";

import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { findCandidates } from "#engine/duplicates/candidates.ts";
import { learnThreshold, thresholdBounds, thresholdOfGraph } from "#engine/duplicates/similarity-threshold.ts";
import type { ContentFacts } from "#engine/duplicates/types.ts";

const none = { graph: null, rows: new Int32Array(0), seed: 1 };

function content(id: number, facts: Partial<ContentFacts> = {}): ContentFacts {
  const random = createRandom(id + 1);
  const perceptual = Uint8Array.from({ length: 64 }, () => random.below(256));
  return {
    id,
    byteSize: 100,
    width: 400,
    height: 300,
    format: "jpeg",
    perceptual,
    colour: new Uint8Array(48).fill(100 + 7 * (id % 5)),
    ...facts,
  };
}

function flipped(hash: Uint8Array, bits: number): Uint8Array {
  const copy = hash.slice();
  for (let bit = 0; bit < bits; bit++) copy[bit]! ^= 1;
  return copy;
}

describe("by hash", () => {
  const original = content(0);

  test("within 7 bits yes, at 8 no; equal size and hash may be equal in every pixel", () => {
    const pairs = (bits: number) =>
      findCandidates({ ...none, contents: [original, content(1, { perceptual: flipped(original.perceptual, bits) })] });
    expect(pairs(0)).toEqual([{ a: 0, b: 1, reasons: ["hash", "pixels"], orientations: [0], lookForScene: false, lookForEdits: true }]);
    expect(pairs(7)).toEqual([{ a: 0, b: 1, reasons: ["hash"], orientations: [0], lookForScene: false, lookForEdits: true }]);
    expect(pairs(8)).toEqual([]);
  });

  test("a turned copy is found whichever comes first, and the orientation is that of the first", () => {
    const turned = content(1, { width: 300, height: 400 });
    turned.perceptual.set(original.perceptual.subarray(8, 16), 0); // the original turned by 90 looks like it
    turned.perceptual.set(original.perceptual.subarray(0, 8), 24); // and it turned by 270 looks like the original
    expect(findCandidates({ ...none, contents: [original, turned] }).map((pair) => pair.orientations)).toEqual([[1]]);
    expect(findCandidates({ ...none, contents: [turned, original] }).map((pair) => pair.orientations)).toEqual([[3]]);
  });

  test("the same grey in other colours, or other proportions, is no candidate", () => {
    const colour = Uint8Array.from({ length: 48 }, (_, index) => [190, 60, 60][index % 3]!);
    const green = Uint8Array.from({ length: 48 }, (_, index) => [30, 140, 50][index % 3]!);
    expect(
      findCandidates({
        ...none,
        contents: [
          { ...original, colour },
          { ...original, id: 1, colour: green },
        ],
      }),
    ).toEqual([]);
    expect(findCandidates({ ...none, contents: [original, { ...original, id: 1, width: 500 }] })).toEqual([]);
    expect(findCandidates({ ...none, contents: [original, { ...original, id: 1, width: 201, height: 150 }] })).toHaveLength(1);
  });

  test("3,000 contents of one hash make a chain, not millions of pairs; copies stand together in it", () => {
    const contents = Array.from({ length: 3000 }, (_, id) => ({ ...original, id, colour: new Uint8Array(48).fill((id % 1500) % 250) }));
    const pairs = findCandidates({ ...none, contents });
    expect(pairs.length).toBeLessThan(3000 * 10);
    // Every content of one colour is in one connected chain with the others of it.
    const reached = new Set([0]);
    for (let round = 0; round < 20; round++)
      for (const { a, b } of pairs)
        if (contents[a]!.colour[0] === 0 && contents[b]!.colour[0] === 0 && (reached.has(a) || reached.has(b))) reached.add(a).add(b);
    expect(reached.size).toBe(contents.filter((item) => item.colour[0] === 0).length);
  });
});

describe("by mean colours", () => {
  const base = content(0, { colour: Uint8Array.from({ length: 48 }, (_, index) => 3 * index) });
  const moved = (levels: number) => content(1, { colour: base.colour.map((value) => value + levels) });

  test("all but equal yes, a little off no, whatever the hashes say", () => {
    expect(findCandidates({ ...none, contents: [base, moved(1)] })).toEqual([
      { a: 0, b: 1, reasons: ["colour"], orientations: [0], lookForScene: false, lookForEdits: false },
    ]);
    expect(findCandidates({ ...none, contents: [base, moved(2)] })).toEqual([]);
  });

  test("at most eight for each of a crowd", () => {
    const contents = Array.from({ length: 500 }, (_, id) => ({ ...content(id), colour: base.colour }));
    expect(findCandidates({ ...none, contents }).length).toBeLessThanOrEqual(500 * 8);
  });
});

describe("by neighbours", () => {
  const contents = Array.from({ length: 4 }, (_, id) => content(id));
  const graph: NeighbourGraph = {
    count: 3,
    k: 2,
    indices: Int32Array.of(1, 2, 0, 2, 0, 1),
    similarities: Float32Array.of(0.97, 0.5, 0.97, 0.4, 0.5, 0.4),
  };

  test("beyond the threshold, through the rows of the graph, once per pair", () => {
    const pairs = findCandidates({ contents, graph, rows: Int32Array.of(3, 1, 0), seed: 1, similarityThreshold: 0.9 });
    expect(pairs).toEqual([
      { a: 1, b: 3, reasons: ["embedding"], similarity: expect.closeTo(0.97, 5), lookForScene: true, lookForEdits: false },
    ]);
  });

  test("rows without a content are passed over", () => {
    expect(findCandidates({ contents, graph, rows: Int32Array.of(-1, 1, 0), seed: 1, similarityThreshold: 0.9 })).toEqual([]);
  });
});

describe("the threshold", () => {
  function table(count: number, common: number): VectorTable {
    const random = createRandom(7);
    const dimensions = 64;
    const values = new Float32Array(count * dimensions);
    for (let row = 0; row < count; row++) {
      let length = 0;
      for (let at = row * dimensions; at < (row + 1) * dimensions; at++) length += (values[at] = common + random.normal()) ** 2;
      for (let at = row * dimensions; at < (row + 1) * dimensions; at++) values[at] = values[at]! / Math.sqrt(length);
    }
    return { count, dimensions, values };
  }

  test("is higher where everything is alike, within its bounds", () => {
    expect(learnThreshold(table(300, 0), createRandom(1))).toBe(thresholdBounds.lowest);
    expect(learnThreshold(table(300, 1.7), createRandom(1))).toBeGreaterThan(0.75);
    expect(learnThreshold(table(300, 20), createRandom(1))).toBe(thresholdBounds.highest);
  });

  test("from a graph alone: what the farthest kept neighbour of the median row has", () => {
    expect(
      thresholdOfGraph({ count: 3, k: 1, indices: Int32Array.of(1, 0, 0), similarities: Float32Array.of(0.71, 0.8, 0.99) }),
    ).toBeCloseTo(0.8, 5);
  });
});

test("a stopped search throws", () => {
  const signal = AbortSignal.abort();
  expect(() => findCandidates({ ...none, contents: [content(0), content(1)] }, { signal })).toThrow("stopped");
});
