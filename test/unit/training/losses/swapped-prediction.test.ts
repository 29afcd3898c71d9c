import { expect, test } from "vitest";

import { sinkhorn } from "#engine/training/losses/sinkhorn.ts";
import { swappedPrediction } from "#engine/training/losses/swapped-prediction.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

test("value and gradient, two whole views and a small crop; codes fixed", async () => {
  const codes = [1, 2].map((seed) => reference.sinkhorn(randomRows(5, 4, seed), 1, 3));
  await checkLoss({
    shapes: [
      [5, 3],
      [5, 3],
      [5, 3],
      [4, 3],
    ],
    build: (operators, [one = "", other = "", crop = "", prototypes = ""]) =>
      swappedPrediction(operators, {
        codes: codes.map((code) => operators.matrix(5, 4, (row, column) => code[row]?.[column] as number)),
        scores: [one, other, crop].map((rows) => operators.products(rows, prototypes)),
        temperature: 0.1,
      }),
    reference: (one, other, crop, prototypes) =>
      reference.swappedPrediction(
        codes,
        [one, other, crop].map((rows) => rows.map((row) => prototypes.map((prototype) => dot(row, prototype)))),
        0.1,
      ),
  });
});

test("nothing learnt: ln of the number of prototypes", async () => {
  const { outputs } = await runGraph([rowsInput([[0, 0, 0, 0]])], (operators, [scores = ""]) => {
    const codes = sinkhorn(operators, scores, { epsilon: 0.05, iterations: 3 });
    return swappedPrediction(operators, { codes: [codes, codes], scores: [scores, scores], temperature: 0.1 });
  });
  expect(outputs[0]?.[0]).toBeCloseTo(Math.log(4), 5);
});
