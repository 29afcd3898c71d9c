import { describe, expect, test } from "vitest";

import { triplet, type Mining } from "#engine/training/losses/triplet.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import type { Rows } from "../../../reference/losses/vectors.ts";
import { checkLoss, rowsInput, runGraph } from "../check-loss.ts";

async function valueOf(z: Rows, mining: Mining, margin: number): Promise<number> {
  const { outputs } = await runGraph([rowsInput(z)], (operators, [rows = ""]) => triplet(operators, rows, { mining, margin }));
  return outputs[0]?.[0] as number;
}

const at = (degrees: number): number[] => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const squared = (degrees: number): number => 2 - 2 * Math.cos((degrees * Math.PI) / 180);

describe("triplet", () => {
  for (const mining of ["semi-hard", "batch-hard"] as const)
    for (const margin of [0.2, 1])
      test(`value and gradient: ${mining}, margin ${margin}`, () =>
        checkLoss({
          shapes: [[10, 4]],
          build: (operators, [z = ""]) => triplet(operators, z, { mining, margin }),
          reference: (z) => reference.triplets(z, mining, margin),
        }));

  test("semi-hard: the nearest negative behind the positive, not the nearest of all", async () => {
    // Pairs at (0, 30) and (20, 90) degrees. From 0: positive 30, negatives 20 and 90 -> 90. From 30: positive 30, negatives 10 and 60 -> 60.
    // From 20: positive 70, negatives 20 and 10 -> none farther -> the farthest, 20. From 90: positive 70, negatives 90 and 60 -> 90.
    const z = [at(0), at(20), at(30), at(90)];
    const expected = [squared(30) - squared(90), squared(30) - squared(60), squared(70) - squared(20), squared(70) - squared(90)]
      .map((each) => Math.max(0, each + 0.2))
      .reduce((sum, each) => sum + each / 4, 0);
    expect(await valueOf(z, "semi-hard", 0.2)).toBeCloseTo(expected, 5);
  });

  test("semi-hard where no negative is farther than the positive: the farthest", async () => {
    // Pairs across the circle: every positive is at 180 degrees, the farthest there is; negatives at 90.
    const z = [at(0), at(90), at(180), at(270)];
    expect(await valueOf(z, "semi-hard", 0.2)).toBeCloseTo(squared(180) - squared(90) + 0.2, 5);
  });

  test("nothing to learn once every negative is far enough", async () => {
    const z = [at(0), at(180), at(0), at(180)];
    const { outputs, gradients } = await runGraph([rowsInput(z)], (operators, [rows = ""]) =>
      triplet(operators, rows, { mining: "batch-hard", margin: 0.2 }),
    );
    expect(outputs[0]?.[0]).toBe(0);
    for (const value of gradients[0] as readonly number[]) expect(value).toBeCloseTo(0, 6);
  });

  test("identical embeddings: the margin, and no NaN in the gradient", async () => {
    const z = Array.from({ length: 6 }, () => at(40));
    for (const mining of ["semi-hard", "batch-hard"] as const) {
      const { outputs, gradients } = await runGraph([rowsInput(z)], (operators, [rows = ""]) =>
        triplet(operators, operators.normalise(rows), { mining, margin: 0.2 }),
      );
      expect(outputs[0]?.[0]).toBeCloseTo(0.2, 3);
      expect((gradients[0] as readonly number[]).every(Number.isFinite)).toBe(true);
    }
  });
});
