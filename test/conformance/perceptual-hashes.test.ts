/**
 * @file perceptualHashes: every implementation gives, for each way a picture may lie, the signs of the cosine transform of the picture laid so, worked out by its definition.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { hashOrientations, perceptualHashes } from "#engine/ingest/decode/perceptual-hash.ts";
import { variants } from "./variants.ts";

const side = 32;
const cosines = Float64Array.from({ length: side * 8 }, (_, at) =>
  Math.cos(((2 * Math.floor(at / 8) + 1) * (at % 8) * Math.PI) / (2 * side)),
);

describe.each(variants)("$name", ({ kernels }) => {
  const hashesOf = (grey: Float32Array): Uint8Array => {
    const hashes = new Uint8Array(64).fill(255);
    kernels.perceptualHashes({ grey, cosines, hashes });
    return hashes;
  };

  test.each([
    ["noise", (random: () => number) => 255 * random()],
    ["a slope with noise", (random: () => number, x: number, y: number) => 4 * x + 2 * y + 30 * random()],
    ["noise about nothing", (random: () => number) => 1e-3 * (random() - 0.5)],
  ] as const)("%s, in all eight orientations", (_, make) => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = createRandom(seed);
      const grey = Float32Array.from({ length: side ** 2 }, (__, at) => make(() => random.unit(), at % side, Math.floor(at / side)));
      const hashes = hashesOf(grey);
      hashOrientations.forEach((name, orientation) => {
        expect([...hashes.subarray(orientation * 8, orientation * 8 + 8)], name).toEqual(signsByDefinition(laid(grey, orientation)));
      });
      expect(hashes).toEqual(perceptualHashes(grey));
    }
  });

  test("a picture of one grey has its mean and nothing else; a black one has nothing", () => {
    const mean = Array.from({ length: 8 }, () => [0x80, 0, 0, 0, 0, 0, 0, 0]).flat();
    expect([...hashesOf(new Float32Array(side ** 2).fill(200))]).toEqual(mean);
    expect([...hashesOf(new Float32Array(side ** 2))]).toEqual(Array.from({ length: 64 }, () => 0));
  });
});

/** Mirrored left-right from the fifth on, then turned clockwise by so many quarters. */
function laid(grey: Float32Array, orientation: number): Float32Array {
  let picture = grey;
  if (orientation >= 4) picture = picture.map((_, at, all) => all[Math.floor(at / side) * side + side - 1 - (at % side)] as number);
  for (let turn = 0; turn < (orientation & 3); turn++)
    picture = picture.map((_, at, all) => all[(side - 1 - (at % side)) * side + Math.floor(at / side)] as number);
  return picture;
}

function signsByDefinition(grey: Float32Array): number[] {
  const frequencies = Array.from({ length: 64 }, (_, at) => {
    const [v, u] = [Math.floor(at / 8), at % 8];
    return grey.reduce(
      (sum, value, place) =>
        sum + value * (cosines[(place % side) * 8 + u] as number) * (cosines[Math.floor(place / side) * 8 + v] as number),
      0,
    );
  });
  const sorted = [...frequencies].sort((one, other) => one - other);
  const threshold = ((sorted[31] as number) + (sorted[32] as number)) / 2 + 1e-6;
  return Array.from({ length: 8 }, (_, byte) =>
    frequencies.slice(byte * 8, byte * 8 + 8).reduce((bits, value) => bits * 2 + (value > threshold ? 1 : 0), 0),
  );
}
