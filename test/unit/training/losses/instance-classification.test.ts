import { test } from "vitest";

import { instanceClassification } from "#engine/training/losses/instance-classification.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot } from "../../../reference/losses/vectors.ts";
import { checkLoss } from "../check-loss.ts";

const places = [6, 0, 3, 3];

for (const smoothing of [0, 0.3, 0.8])
  test(`value and gradient, smoothing ${smoothing}`, () =>
    checkLoss({
      shapes: [
        [4, 5],
        [7, 5],
      ],
      units: [true, false],
      build: (operators, [embeddings = "", vectors = ""]) => {
        const given = operators.builder.constant("int64", [4], places);
        return instanceClassification(operators, operators.products(embeddings, vectors), given, smoothing);
      },
      reference: (embeddings, vectors) =>
        reference.instanceClassification(
          embeddings.map((row) => vectors.map((vector) => dot(row, vector))),
          places,
          smoothing,
        ),
    }));
