/** @file Plain pictures as training draws them are what the app shows the same encoder, whatever its layout, its order of colours and its range. */
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { loadKernels } from "#native/kernels.ts";
import { createRandom } from "#engine/base/random.ts";
import { byteNormalisation } from "#engine/encoders/byte-normalisation.ts";
import type { EncoderCard, EncoderInput } from "#engine/encoders/encoder-card.ts";
import { fillInput, makeLookup } from "#engine/runtime/prepare-input.ts";
import { openPictureCache, writePictureCache } from "#engine/training/augment/picture-cache.ts";
import { createPictureReader } from "#engine/training/trainer/pictures.ts";
import { normalisationOf } from "#engine/training/trainer/normalisation.ts";
import { temporaryFolderFor } from "../../../helpers/temporary-folder.ts";

const size = 16;
const count = 3;
const key = { count, sidePx: size, fingerprint: "pictures" };

describe("a plain picture", () => {
  const folder = temporaryFolderFor(beforeAll, "pictures");
  const random = createRandom(4);
  const bytes = Uint8Array.from({ length: count * size * size * 3 }, () => random.below(256));

  beforeAll(() => {
    const cache = writePictureCache(join(folder(), "pictures.u8"), key);
    cache.append(bytes);
    cache.finish();
  });

  const each = (["NCHW", "NHWC"] as const).flatMap((layout) =>
    (["RGB", "BGR"] as const).flatMap(
      (colour) =>
      ([[0, 255], [0, 1], [-1, 1]] as const).map((range) => [layout, colour, range] as const), // prettier-ignore
    ),
  );

  test.each(each)("%s, %s, %j", (layout, colour, range) => {
    const [low, high] = range;
    const at = (share: number): number => low + share * (high - low);
    const deviations = [0.22, 0.25, 0.28].map((share) => share * (high - low)) as [number, number, number];
    const input: Partial<EncoderInput> & Pick<EncoderInput, "range" | "mean" | "std"> = {
      name: "image", layout, size, batch: null, colour, range, mean: [at(0.4), at(0.45), at(0.5)], std: deviations,
    }; // prettier-ignore
    const normalisation = normalisationOf({ input } as EncoderCard);
    const cache = openPictureCache(join(folder(), "pictures.u8"), key);
    const plan = { preset: "photo", augment: {}, size, seed: 1, threads: 1 } as const;
    const reader = createPictureReader({ cache, kernels: loadKernels(), plan, normalisation });
    const { data, shape } = reader.plain(Int32Array.of(0, 1, 2));
    cache.close();
    expect(shape).toEqual(layout === "NCHW" ? [count, 3, size, size] : [count, size, size, 3]);

    const specification = { name: "image", layout, size, colour, batch: null, ...byteNormalisation(input) };
    const expected = new Float32Array(bytes.length);
    fillInput(bytes, count, specification, makeLookup(specification), expected);
    expected.forEach((value, index) => expect(Math.abs(value - (data[index] as number))).toBeLessThan(1e-4));
  });
});
