import { expect, test } from "vitest";

import { infoNce } from "#engine/training/losses/info-nce.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { checkLoss, rowsInput, runGraph } from "../check-loss.ts";

for (const temperature of [0.07, 0.2, 1])
  test(`value and gradient at temperature ${temperature}`, () =>
    checkLoss({
      shapes: [
        [5, 4],
        [5, 4],
        [7, 4],
      ],
      build: (operators, [queries = "", keys = "", negatives = ""]) => infoNce(operators, { queries, keys, negatives, temperature }),
      reference: (queries, keys, negatives) => reference.infoNce(queries, keys, negatives, temperature),
    }));

test("a queue of the key itself: ln(1 + length)", async () => {
  const row = [[0, 1, 0]];
  const { outputs } = await runGraph([rowsInput(row), rowsInput([row, row, row].flat())], (operators, [one = "", queue = ""]) =>
    infoNce(operators, { queries: one, keys: one, negatives: queue, temperature: 0.05 }),
  );
  expect(outputs[0]?.[0]).toBeCloseTo(Math.log(4), 5);
});
