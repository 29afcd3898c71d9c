/** @file Keypoints: what is kept of a picture finds its edits again without decoding it, and strangers and far shots are no edits. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { findCandidates } from "#engine/duplicates/candidates.ts";
import { cutOut, innerPart } from "#engine/duplicates/inner-part.ts";
import { findKeypoints, tableOf, type Keypoints } from "#engine/duplicates/keypoints.ts";
import { findLaidPairs } from "#engine/duplicates/laid-pairs.ts";
import type { Picture } from "#engine/duplicates/picture.ts";
import type { ContentFacts } from "#engine/duplicates/types.ts";
import { perceptualHashes, hashSide } from "#engine/ingest/decode/perceptual-hash.ts";
import { scaleTo, scaleWithin } from "#engine/ingest/decode/scale.ts";
import { greyOf } from "#engine/ingest/decode/sharpness.ts";
import { paint, photoPaint } from "./drawn-pictures.ts";

const [width, height] = [480, 360];
const photo = paint(width, height, photoPaint(5));
const stranger = paint(width, height, photoPaint(77));

function framed(picture: Picture, side: number, level: number): Picture {
  const [wide, high] = [picture.width + 2 * side, picture.height + 2 * side];
  const data = new Uint8Array(3 * wide * high).fill(level);
  for (let y = 0; y < picture.height; y++)
    data.set(picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width), 3 * ((y + side) * wide + side));
  return { width: wide, height: high, data };
}

const small = (picture: Picture): Picture => scaleWithin(picture, 256);
const keypointsOf = (picture: Picture): Keypoints => findKeypoints(small(picture));

function contentOf(picture: Picture, id: number): ContentFacts {
  const perceptual = perceptualHashes(greyOf(scaleTo(small(picture), hashSide, hashSide)));
  return { id, byteSize: 1, width: picture.width, height: picture.height, format: "jpeg", perceptual, colour: new Uint8Array(48) };
}

describe("what lies within a frame", () => {
  test("a frame of one colour is taken off, and the hash of what is left is the original's", () => {
    expect(innerPart(framed(photo, 24, 32))).toEqual({ left: 24, top: 24, width, height });
    const inner = keypointsOf(framed(photo, 24, 255)).innerHash;
    const own = contentOf(photo, 1).perceptual.subarray(0, 8);
    const apart = [...(inner ?? [])].reduce((sum, byte, at) => sum + (byte ^ own[at]!).toString(2).replaceAll("0", "").length, 0);
    expect(inner).not.toBeNull();
    expect(apart).toBeLessThanOrEqual(7);
  });

  test("no frame: a photo, one colour all over, a stripe of less than a sixtieth, more frame than picture", () => {
    const flat = { width: 60, height: 40, data: new Uint8Array(60 * 40 * 3).fill(9) };
    for (const picture of [photo, flat, framed(photo, 4, 255), framed(photo, 400, 0)]) expect(innerPart(picture)).toBeNull();
  });

  test("any even frame around noise is found to the pixel, and cut out gives the noise back", () => {
    const sides = fc.record({ top: fc.integer({ min: 2, max: 20 }), left: fc.integer({ min: 2, max: 20 }), seed: fc.integer() });
    fc.assert(
      fc.property(sides, ({ top, left, seed }) => {
        const [wide, high] = [60, 50];
        const noise = { width: wide - left, height: high - top, data: new Uint8Array(3 * (wide - left) * (high - top)) };
        noise.data.forEach((_, at) => (noise.data[at] = ((at * 2654435761 + seed) >>> 7) & 255));
        const data = new Uint8Array(3 * wide * high).fill(200);
        for (let y = 0; y < noise.height; y++)
          data.set(noise.data.subarray(3 * y * noise.width, 3 * (y + 1) * noise.width), 3 * ((y + top) * wide + left));
        const picture = { width: wide, height: high, data };
        const part = innerPart(picture);
        expect(part).toEqual({ left, top, width: noise.width, height: noise.height });
        expect(cutOut(picture, part!).data).toEqual(noise.data);
      }),
    );
  });
});

describe("pairs that lie in each other", () => {
  const crop = cutOut(photo, { left: 40, top: 30, width: 420, height: 310 });
  const all = [photo, crop, stranger, framed(photo, 24, 255)];
  const contents = all.map(contentOf);
  const keypoints = tableOf(all.map(keypointsOf));

  test("a crop does, a stranger does not; each pair is told once, whatever the order in which it is asked for", () => {
    const neighbours = (add: (a: number, b: number) => void): void => {
      for (const [a, b] of [[0, 1], [1, 0], [0, 2], [2, 1]] as const) add(a, b); // prettier-ignore
    };
    const pairs = findLaidPairs({ contents, keypoints, neighbours });
    expect(pairs).toContainEqual({ a: 0, b: 1, isSameFraming: false });
    expect(pairs.filter(({ a, b }) => a === 0 && b === 1)).toHaveLength(1);
    expect(pairs.filter(({ a, b }) => a === 2 || b === 2)).toEqual([]);
  });

  test("without any neighbours they are found by the corners that they share", () => {
    const none = findLaidPairs({ contents, keypoints, neighbours: () => undefined });
    expect(none).toEqual([
      { a: 0, b: 1, isSameFraming: false },
      { a: 0, b: 3, isSameFraming: false },
      { a: 1, b: 3, isSameFraming: false },
    ]);
  });

  test("a framed copy is found by what lies within, where corners are those of a crowd", () => {
    const crowd = [...Array.from({ length: 70 }, () => 0), 3];
    const given = { contents: crowd.map((at) => contents[at]!), keypoints: tableOf(crowd.map((at) => keypointsOf(all[at]!))) };
    const pairs = findLaidPairs({ ...given, neighbours: () => undefined });
    expect(pairs).toContainEqual({ a: 0, b: 70, isSameFraming: false });
    const unframed = { ...given.keypoints, innerHashes: crowd.map(() => null) };
    expect(findLaidPairs({ ...given, keypoints: unframed, neighbours: () => undefined })).toEqual([]);
  });

  test("they become candidates for an edit, lying as they are", () => {
    const candidates = findCandidates({ contents, graph: null, rows: new Int32Array(0), seed: 1, keypoints });
    const asEdits = { reasons: ["keypoints"], orientations: [], lookForScene: false, lookForEdits: true };
    expect(candidates.filter((pair) => pair.reasons.includes("keypoints"))).toEqual([
      { a: 0, b: 1, ...asEdits },
      { a: 0, b: 3, ...asEdits },
      { a: 1, b: 3, ...asEdits },
    ]);
  });

  test("of one framing the eight nearest are looked at, and hashes' pairs take none of their places", () => {
    const count = 14;
    const other = { perceptual: contents[0]!.perceptual.map((byte) => byte ^ 0xff) };
    // 0 to 12 have one hash, 13 another; all have the corners of one picture.
    const copies = Array.from({ length: count }, (_, id) => ({ ...contents[0]!, id, ...(id === count - 1 ? other : {}) }));
    const indices = Int32Array.from({ length: count * (count - 1) }, (_, at) => {
      const [item, rank] = [Math.floor(at / (count - 1)), at % (count - 1)];
      return rank < item ? rank : rank + 1;
    });
    const graph = { count, k: count - 1, indices, similarities: Float32Array.from(indices, (_, at) => 0.9 - 0.01 * (at % (count - 1))) };
    const rows = Int32Array.from({ length: count }, (_, item) => item);
    const given = {
      contents: copies,
      graph,
      rows,
      seed: 1,
      similarityThreshold: 0.99,
      keypoints: tableOf(copies.map(() => keypointsOf(photo))),
    };
    const withLast = findCandidates(given).filter(({ b, lookForEdits }) => b === count - 1 && lookForEdits);
    expect(withLast.map(({ a }) => a)).toEqual(Array.from({ length: count - 1 }, (_, item) => item));
    const shots = copies.map((copy) => ({ ...copy, perceptual: copy.perceptual.map((byte, at) => byte ^ (copy.id * 37 * (at + 1))) }));
    const ofShots = findCandidates({ ...given, contents: shots }).filter(({ reasons }) => reasons.includes("keypoints"));
    expect(ofShots.length).toBeLessThanOrEqual(8 * count);
    expect(ofShots.filter(({ a, b }) => a === count - 1 || b === count - 1).length).toBeLessThan(count - 1);
  });

  test("icons and pictures without keypoints keep their place and find nothing", () => {
    const icons = contents.map((content) => ({ ...content, width: 100, height: 75 }));
    expect(findLaidPairs({ contents: icons, keypoints, neighbours: (add) => add(0, 1) })).toEqual([]);
    const lacking = tableOf([keypointsOf(photo), null, keypointsOf(crop)]);
    expect(lacking.starts[1]).toBe(lacking.starts[2]);
    const three = [contents[0]!, contents[2]!, contents[1]!];
    const pairs = findLaidPairs({ contents: three, keypoints: lacking, neighbours: (add) => [1, 2].forEach((other) => add(0, other)) });
    expect(pairs).toEqual([{ a: 0, b: 2, isSameFraming: false }]);
  });

  test("a stopped search throws", () => {
    const signal = AbortSignal.abort();
    expect(() => findLaidPairs({ contents, keypoints, neighbours: (add) => add(0, 1) }, { signal })).toThrow("stopped");
  });
});
