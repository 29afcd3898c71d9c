import { describe, expect, test } from "vitest";

import { alignmentEntropy, leastWeight, negativeWeights } from "#engine/training/losses/alignment.ts";
import { decoupled } from "#engine/training/losses/decoupled.ts";

import * as contrastive from "../../../reference/losses/contrastive.ts";
import * as reference from "../../../reference/losses/others.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

describe("the learnt alignment", () => {
  for (const smoothing of [0, 0.1])
    test(`entropy: value and gradient, smoothing ${smoothing}`, () =>
      checkLoss({
        shapes: [[5, 5]],
        units: [false],
        build: (operators, [logits = ""]) => alignmentEntropy(operators, logits, smoothing),
        reference: (logits) => reference.alignmentEntropy(logits, smoothing),
      }));

  test("a judge that knows nothing: ln 2", async () => {
    const zeros = Array.from({ length: 3 }, () => [0, 0, 0]);
    const { outputs } = await runGraph([rowsInput(zeros)], (operators, [logits = ""]) => alignmentEntropy(operators, logits, 0.1));
    expect(outputs[0]?.[0]).toBeCloseTo(Math.LN2, 6);
  });

  test("weights as in the reference, mean 1 over the others, also where the judge is sure", async () => {
    const logits = randomRows(4, 4, 3).map((row, at) => row.map((value, other) => (at === 1 && other === 2 ? 60 : 3 * value)));
    const { outputs } = await runGraph([rowsInput(logits)], (operators, [name = ""]) => negativeWeights(operators, name));
    const expected = reference.negativeWeights(logits, leastWeight);
    for (let row = 0; row < 8; row++)
      for (let column = 0; column < 8; column++)
        expect(Math.exp(outputs[0]?.[8 * row + column] as number)).toBeCloseTo(expected[row % 4]?.[column % 4] as number, 4);
  });

  test("weighted negatives: value and gradient by the embeddings, none by the judge", async () => {
    await checkLoss({
      shapes: [
        [8, 3],
        [4, 4],
      ],
      units: [true, false],
      fixed: [1],
      build: (operators, [z = "", logits = ""]) =>
        decoupled(operators, z, { temperature: 0.2, logWeights: negativeWeights(operators, logits) }),
      reference: (z, logits) => {
        const weights = reference.negativeWeights(logits, leastWeight);
        return contrastive.decoupled(z, 0.2, null, (row, other) => weights[row % 4]?.[other % 4] as number);
      },
    });
  });
});
