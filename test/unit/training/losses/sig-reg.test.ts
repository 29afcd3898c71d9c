import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { sigReg } from "#engine/training/losses/sig-reg.ts";

import * as reference from "../../../reference/losses/others.ts";
import { unitAll } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

test("value and gradient", () => {
  const directions = unitAll(randomRows(6, 3, 50));
  return checkLoss({
    shapes: [[7, 3]],
    units: [false],
    build: (operators, [z = ""]) =>
      sigReg(
        operators,
        z,
        operators.matrix(6, 3, (row, column) => directions[row]?.[column] as number),
      ),
    reference: (z) => reference.sigReg(z, directions),
  });
});

test("small for normal numbers, largest for a collapsed batch: .402048 for each picture", async () => {
  const random = createRandom(4);
  const normal = Array.from({ length: 512 }, () => [random.normal(), random.normal()]);
  const directions = unitAll(randomRows(16, 2, 3));
  const valueOf = async (z: number[][]): Promise<number> => {
    const { outputs } = await runGraph([rowsInput(z), rowsInput(directions)], (operators, [rows = "", ways = ""]) =>
      sigReg(operators, rows, ways),
    );
    return outputs[0]?.[0] as number;
  };
  const collapsed = await valueOf(normal.map(() => [0, 0]));
  expect(collapsed / 512).toBeCloseTo(0.402048, 5);
  // Of 512 normal numbers the statistic itself is of the order of 1.
  expect(await valueOf(normal)).toBeLessThan(3);
  expect(await valueOf(normal.map((row) => row.map((value) => 3 * value)))).toBeGreaterThan(20);
});
