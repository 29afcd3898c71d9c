import { describe, expect, test } from "vitest";

import { ntXent } from "#engine/training/losses/nt-xent.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";
import { unitAll } from "../../../reference/losses/vectors.ts";

describe("ntXent", () => {
  for (const temperature of [0.05, 0.5, 1])
    test(`value and gradient at temperature ${temperature}`, () =>
      checkLoss({
        shapes: [[10, 4]],
        build: (operators, [z = ""]) => ntXent(operators, z, temperature),
        reference: (z) => reference.ntXent(z, temperature),
      }));

  test("identical embeddings: ln(2B - 1), and no gradient at any temperature", async () => {
    const z = Array.from({ length: 8 }, () => [0.6, 0.8, 0]);
    for (const temperature of [0.05, 1]) {
      const { outputs, gradients } = await runGraph([rowsInput(z)], (operators, [rows = ""]) =>
        ntXent(operators, operators.normalise(rows), temperature),
      );
      expect(outputs[0]?.[0]).toBeCloseTo(Math.log(7), 5);
      for (const value of gradients[0] as readonly number[]) expect(Math.abs(value)).toBeLessThan(1e-5);
    }
  });

  test("orthonormal pairs: ln(e^(1/t) + 2(B - 1)) - 1/t", async () => {
    const axes = [0, 1, 2, 3, 0, 1, 2, 3].map((axis) => [0, 1, 2, 3].map((at) => (at === axis ? 1 : 0)));
    const { outputs } = await runGraph([rowsInput(axes)], (operators, [z = ""]) => ntXent(operators, z, 0.5));
    expect(outputs[0]?.[0]).toBeCloseTo(Math.log(Math.exp(2) + 6) - 2, 5);
  });

  test("views that change places leave the loss as it is", async () => {
    const z = unitAll(randomRows(12, 5, 4));
    const [straight, swapped] = await Promise.all(
      [z, [...z.slice(6), ...z.slice(0, 6)]].map(async (rows) => {
        const { outputs } = await runGraph([rowsInput(rows)], (operators, [name = ""]) => ntXent(operators, name, 0.2));
        return outputs[0]?.[0] as number;
      }),
    );
    expect(swapped).toBeCloseTo(straight as number, 5);
  });
});
