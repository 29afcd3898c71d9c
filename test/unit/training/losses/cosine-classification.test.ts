import { test } from "vitest";

import { cosineClassification } from "#engine/training/losses/cosine-classification.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot, unit } from "../../../reference/losses/vectors.ts";
import { checkLoss } from "../check-loss.ts";

const labels = [2, 0, 1, 1];

for (const [sharpness, smoothing] of [
  [1, 0],
  [10, 0.1],
  [4, 0.8],
] as const)
  test(`value and gradient: sharpness ${sharpness}, smoothing ${smoothing}`, () =>
    checkLoss({
      shapes: [
        [4, 5],
        [3, 5],
      ],
      units: [true, false],
      build: (operators, [z = "", classes = ""]) => {
        const given = operators.builder.constant("int64", [4], labels);
        return cosineClassification(operators, z, classes, { labels: given, sharpness, smoothing });
      },
      reference: (z, classes) =>
        reference.instanceClassification(
          z.map((row) => classes.map((vector) => sharpness * dot(row, unit(vector)))),
          labels,
          smoothing,
        ),
    }));
