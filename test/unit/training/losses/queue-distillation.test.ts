import { expect, test } from "vitest";

import { queueDistillation } from "#engine/training/losses/queue-distillation.ts";

import * as reference from "../../../reference/losses/others.ts";
import { unitAll } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

for (const temperature of [0.07, 0.5])
  test(`value and gradient at temperature ${temperature}, none for teacher and queue`, () =>
    checkLoss({
      shapes: [
        [4, 5],
        [4, 5],
        [9, 5],
      ],
      fixed: [0, 2],
      build: (operators, [teacher = "", student = "", queue = ""]) =>
        queueDistillation(operators, { teacher, student, queue: operators.detach(queue), temperature }),
      reference: (teacher, student, queue) => reference.queueDistillation(teacher, student, queue, temperature),
    }));

test("a student that sees what its teacher sees has nothing to learn", async () => {
  const rows = rowsInput(unitAll(randomRows(4, 5, 1)));
  const { outputs } = await runGraph([rows, rowsInput(unitAll(randomRows(8, 5, 2)))], (operators, [both = "", queue = ""]) =>
    queueDistillation(operators, { teacher: both, student: both, queue, temperature: 0.07 }),
  );
  expect(outputs[0]?.[0]).toBeCloseTo(0, 6);
});
