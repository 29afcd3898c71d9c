import { test } from "vitest";

import { denseContrast } from "#engine/training/losses/dense-contrast.ts";
import { excluded } from "#engine/training/losses/pairs.ts";

import * as reference from "../../../reference/losses/others.ts";
import { checkLoss } from "../check-loss.ts";

const [images, places] = [3, 4];
const split = (rows: number[][]): number[][][] => Array.from({ length: images }, (_, at) => rows.slice(at * places, (at + 1) * places));

for (const ownCounts of [true, false])
  test(`value and gradient, ${ownCounts ? "a queue" : "the batch without the picture itself"}`, () =>
    checkLoss({
      shapes: [
        [images * places, 3],
        [images * places, 3],
        [2 * images, 3],
      ],
      build: (operators, [queries = "", keys = "", negatives = ""]) => {
        const { builder } = operators;
        const own = operators.matrix(images, 2 * images, (row, column) => (column % images === row ? excluded : 0));
        return denseContrast(operators, {
          queries: builder.reshape(queries, [images, places, 3]),
          keys: builder.reshape(keys, [images, places, 3]),
          negatives,
          mask: ownCounts ? null : builder.reshape(own, [images, 1, 2 * images]),
          temperature: 0.2,
        });
      },
      reference: (queries, keys, negatives) =>
        reference.denseContrast(split(queries), split(keys), negatives, 0.2, (image, other) => ownCounts || other % images !== image),
    }));
