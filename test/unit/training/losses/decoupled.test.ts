import { describe, expect, test } from "vitest";

import { decoupled } from "#engine/training/losses/decoupled.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { softmax, unitAll } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

describe("decoupled", () => {
  for (const temperature of [0.05, 0.1, 1])
    test(`value and gradient at temperature ${temperature}`, () =>
      checkLoss({
        shapes: [[8, 4]],
        build: (operators, [z = ""]) => decoupled(operators, z, { temperature }),
        reference: (z) => reference.decoupled(z, temperature),
      }));

  test("value with weights of pairs", async () => {
    const z = unitAll(randomRows(10, 4, 9));
    const { outputs } = await runGraph([rowsInput(z)], (operators, [rows = ""]) =>
      decoupled(operators, rows, { temperature: 0.1, sigma: 0.5 }),
    );
    expect(outputs[0]?.[0]).toBeCloseTo(reference.decoupled(z, 0.1, 0.5), 4);
  });

  test("the weights of pairs have no gradient", async () => {
    // With fixed weights w the loss is mean(spread) - mean(w s / t): only the second part differs from DCL, by d/dz of s (w - 1) / t.
    const z = unitAll(randomRows(6, 3, 5));
    const cosines = [0, 1, 2].map((pair) =>
      (z[pair] as number[]).reduce((sum, value, at) => sum + value * (z[pair + 3]?.[at] as number), 0),
    );
    const weights = softmax(cosines.map((value) => value / 0.5)).map((share) => 2 - 3 * share);
    const [plain, weighted] = await Promise.all(
      [null, 0.5].map((sigma) =>
        runGraph([rowsInput(z)], (operators, [rows = ""]) => decoupled(operators, rows, { temperature: 0.1, sigma })),
      ),
    );
    z.forEach((_, row) =>
      (z[row] as number[]).forEach((__, at) => {
        const partner = z[(row + 3) % 6] as number[];
        const expected = (-2 * ((weights[row % 3] as number) - 1) * (partner[at] as number)) / 0.1 / 6;
        const place = row * 3 + at;
        const change = (weighted?.gradients[0]?.[place] as number) - (plain?.gradients[0]?.[place] as number);
        expect(Math.abs(change - expected)).toBeLessThan(1e-4);
      }),
    );
  });

  test("orthonormal pairs: ln(2(B - 1)) - 1/t; below NT-Xent always", async () => {
    const axes = [0, 1, 2, 3, 0, 1, 2, 3].map((axis) => [0, 1, 2, 3].map((at) => (at === axis ? 1 : 0)));
    const { outputs } = await runGraph([rowsInput(axes)], (operators, [z = ""]) => decoupled(operators, z, { temperature: 0.5 }));
    expect(outputs[0]?.[0]).toBeCloseTo(Math.log(6) - 2, 5);
    const z = unitAll(randomRows(8, 3, 2));
    expect(reference.decoupled(z, 0.2)).toBeLessThan(reference.ntXent(z, 0.2));
  });

  test("what the positive adds is all that tells it from NT-Xent", async () => {
    // exp(NT-Xent_i) = exp(DCL_i) + 1 for each row; here all rows are alike by symmetry.
    const axes = [0, 1, 0, 1].map((axis) => [0, 1].map((at) => (at === axis ? 1 : 0)));
    const { outputs } = await runGraph([rowsInput(axes)], (operators, [z = ""]) => decoupled(operators, z, { temperature: 0.5 }));
    expect(Math.log(Math.exp(outputs[0]?.[0] as number) + 1)).toBeCloseTo(reference.ntXent(axes, 0.5), 5);
  });
});
