import { describe, expect, test } from "vitest";

import { hardNegatives } from "#engine/training/losses/hard-negatives.ts";
import { ntXent } from "#engine/training/losses/nt-xent.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { unitAll, type Rows } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph } from "../check-loss.ts";

async function valueOf(z: Rows, temperature: number, classPrior: number, hardness: number): Promise<number> {
  const { outputs } = await runGraph([rowsInput(z)], (operators, [rows = ""]) =>
    hardNegatives(operators, rows, { temperature, classPrior, hardness }),
  );
  return outputs[0]?.[0] as number;
}

describe("hardNegatives", () => {
  for (const [temperature, classPrior, hardness] of [
    [0.5, 0.1, 0],
    [0.5, 0.1, 1],
    [0.5, 0.05, 2],
    [0.2, 0, 0.5],
    [1, 0.3, 1],
  ] as const)
    test(`value and gradient: temperature ${temperature}, prior ${classPrior}, hardness ${hardness}`, () =>
      checkLoss({
        shapes: [[10, 4]],
        build: (operators, [z = ""]) => hardNegatives(operators, z, { temperature, classPrior, hardness }),
        reference: (z) => reference.hardNegatives(z, temperature, classPrior, hardness),
      }));

  test("without prior and hardness it is NT-Xent", async () => {
    const z = unitAll(randomRows(8, 5, 3));
    const { outputs } = await runGraph([rowsInput(z)], (operators, [rows = ""]) => ntXent(operators, rows, 0.3));
    expect(await valueOf(z, 0.3, 0, 0)).toBeCloseTo(outputs[0]?.[0] as number, 5);
  });

  test("where all negatives are alike hardness changes nothing", async () => {
    // Two pairs at a right angle: every negative has the cosine 0.
    const z = [0, 1, 0, 1].map((axis) => [0, 1].map((at) => (at === axis ? 1 : 0)));
    expect(await valueOf(z, 0.5, 0.1, 3)).toBeCloseTo(await valueOf(z, 0.5, 0.1, 0), 6);
  });

  test("the least that negatives can be: each at the cosine -1", async () => {
    // Positives at 1 and a prior of .5 make the estimate negative; the floor is M e^(-1/t).
    const z = [0, 1, 0, 1].map((axis) => [0, 1].map((at) => (at === axis ? 1 : 0)));
    const positive = Math.exp(2);
    expect(await valueOf(z, 0.5, 0.5, 0)).toBeCloseTo(-Math.log(positive / (positive + 2 * Math.exp(-2))), 5);
  });

  test("finite for identical embeddings, also sharp and hard", async () => {
    const z = Array.from({ length: 8 }, () => [1, 0, 0]);
    for (const hardness of [0, 1, 8]) expect(await valueOf(z, 0.05, 0.1, hardness)).toBeCloseTo(Math.log(1 + (6 - 0.6) / 0.9), 5);
  });
});
