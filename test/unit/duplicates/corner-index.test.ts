/**
 * @file Pictures that share corners: the votes of every pair against counting them one by one, copies among strangers that have a frame in common, and of some pictures only.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom, type Random } from "#engine/base/random.ts";
import { pairByCorners, type CornerIndexInput } from "#engine/duplicates/corner-index.ts";

type Description = readonly number[];

function tableOf(pictures: readonly (readonly Description[])[]): CornerIndexInput["keypoints"] {
  const starts = new Int32Array(pictures.length + 1);
  pictures.forEach((corners, at) => (starts[at + 1] = (starts[at] as number) + corners.length));
  return { starts, bits: Int32Array.from(pictures.flat(2)) };
}

function told(input: CornerIndexInput): Set<string> {
  const pairs = new Set<string>();
  pairByCorners(input, (a, b) => pairs.add(`${Math.min(a, b)} ${Math.max(a, b)}`));
  return pairs;
}

/** Pairs of corners that agree in the low twelve bits of a word, those of crowds left out: all this index is about, counted without one. */
function votesOf(pictures: readonly (readonly Description[])[], one: number, other: number): number {
  let votes = 0;
  for (let word = 0; word < 8; word++) {
    const keyOf = (corner: Description): number => (corner[word] as number) & 0xfff;
    const all = pictures.flat().map(keyOf);
    for (const a of pictures[one] as readonly Description[])
      for (const b of pictures[other] as readonly Description[])
        if (keyOf(a) === keyOf(b) && all.filter((key) => key === keyOf(a)).length <= 64) votes++;
  }
  return votes;
}

describe("pairByCorners", () => {
  test("tells of each picture those of most votes, and nobody of fewer than five", () => {
    // Few values, so that keys meet by chance; one of them in nearly every picture, so that there is a crowd.
    const corner = fc.array(fc.oneof(fc.constant(7), fc.integer({ min: 0, max: 25 })), { minLength: 8, maxLength: 8 });
    const picture = fc.array(corner, { maxLength: 6 });
    let some = 0;
    fc.assert(
      fc.property(fc.array(picture, { minLength: 2, maxLength: 24 }), (pictures) => {
        const pairs = told({ keypoints: tableOf(pictures) });
        some += pairs.size;
        const votes = pictures.map((_, one) => pictures.map((__, other) => (one === other ? 0 : votesOf(pictures, one, other))));
        for (let one = 0; one < pictures.length; one++) {
          const rising = (votes[one] as number[]).filter((count) => count >= 5).sort((a, b) => b - a);
          for (let other = one + 1; other < pictures.length; other++) {
            const count = votes[one]?.[other] as number;
            const isTold = pairs.has(`${one} ${other}`);
            if (count < 5) expect(isTold).toBe(false);
            // Among the eight of most votes, with no equal that may have taken its place.
            else if (rising.length <= 8 || count > (rising[8] as number)) expect(isTold).toBe(true);
          }
        }
      }),
      { numRuns: 60, seed: 4 },
    );
    expect(some).toBeGreaterThan(100);
  });

  const random = createRandom(31);
  const word = (): number => (random.below(65536) << 16) | random.below(65536);
  const description = (): Description => Array.from({ length: 8 }, word);
  const frame = Array.from({ length: 20 }, description);
  const strangers = Array.from({ length: 300 }, () => [...Array.from({ length: 50 }, description), ...frame]);

  // 300 is a copy of 10, 301 of 200.
  const pictures = [...strangers, ...[10, 200].map((of) => (strangers[of] as Description[]).map((corner) => blurred(corner, random)))];

  test("finds a copy whose corners changed by a seventh of their bits, and few of the strangers that share a frame with it", () => {
    const pairs = told({ keypoints: tableOf(pictures) });
    expect(pairs).toContain("10 300");
    expect(pairs).toContain("200 301");
    // Of 45,000; each shares twenty corners with every other.
    expect(pairs.size).toBeLessThan(60);
  });

  test("of fresh pictures only", () => {
    const fresh = Uint8Array.from(pictures, (_, at) => (at === 301 ? 1 : 0));
    const pairs = told({ keypoints: tableOf(pictures), fresh });
    expect(pairs).toContain("200 301");
    expect([...pairs].every((pair) => pair.endsWith(" 301"))).toBe(true);
  });

  test("nothing of no corners", () => {
    expect(told({ keypoints: tableOf([]) }).size).toBe(0);
    expect(told({ keypoints: tableOf([[], []]) }).size).toBe(0);
  });

  test("ends when it is asked to", () => {
    const abort = new AbortController();
    abort.abort();
    expect(() => pairByCorners({ keypoints: tableOf(strangers) }, () => undefined, { signal: abort.signal })).toThrow(CancellationError);
  });
});

function blurred(corner: Description, random: Random): Description {
  return corner.map((bits) => {
    let flipped = 0;
    for (let bit = 0; bit < 32; bit++) if (random.unit() < 1 / 7) flipped |= 1 << bit;
    return bits ^ flipped;
  });
}
