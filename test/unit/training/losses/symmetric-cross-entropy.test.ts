import { expect, test } from "vitest";

import { symmetricCrossEntropy } from "#engine/training/losses/symmetric-cross-entropy.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot } from "../../../reference/losses/vectors.ts";
import { checkLoss, rowsInput, runGraph } from "../check-loss.ts";

for (const sharpness of [1, 14, 20])
  test(`value and gradient at sharpness ${sharpness}`, () =>
    checkLoss({
      shapes: [
        [5, 4],
        [5, 4],
      ],
      build: (operators, [pictures = "", texts = ""]) =>
        symmetricCrossEntropy(operators, operators.scale(operators.products(pictures, texts), sharpness)),
      reference: (pictures, texts) =>
        reference.symmetricCrossEntropy(pictures.map((picture) => texts.map((words) => sharpness * dot(picture, words)))),
    }));

test("all alike: ln of the batch", async () => {
  const { outputs } = await runGraph([rowsInput(Array.from({ length: 4 }, () => [7, 7, 7, 7]))], symmetric);
  expect(outputs[0]?.[0]).toBeCloseTo(Math.log(4), 5);
});

const symmetric = (operators: Parameters<typeof symmetricCrossEntropy>[0], [logits = ""]: readonly string[]): string =>
  symmetricCrossEntropy(operators, logits);
