import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sinkhorn } from "#engine/training/losses/sinkhorn.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot, unitAll } from "../../../reference/losses/vectors.ts";
import { randomRows, rowsInput, runGraph } from "../check-loss.ts";

function scoresOf(samples: number, prototypes: number, seed: number): number[][] {
  const centres = unitAll(randomRows(prototypes, 4, seed + 1));
  return unitAll(randomRows(samples, 4, seed)).map((row) => centres.map((centre) => dot(row, centre)));
}

describe("sinkhorn", () => {
  test("equals the form of the paper", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0.05, 0.2, 1),
        fc.nat(1000),
        async (samples, prototypes, iterations, epsilon, seed) => {
          const scores = scoresOf(samples, prototypes, seed);
          const { outputs } = await runGraph([rowsInput(scores)], (operators, [name = ""]) =>
            sinkhorn(operators, name, { epsilon, iterations }),
          );
          const expected = reference.sinkhorn(scores, epsilon, iterations).flat();
          outputs[0]?.forEach((value, at) => expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-5));
        },
      ),
      { numRuns: 25 },
    ));

  test("each sample is given out whole; after many rounds each prototype gets the same", async () => {
    const { outputs } = await runGraph([rowsInput(scoresOf(12, 4, 7))], (operators, [name = ""]) =>
      sinkhorn(operators, name, { epsilon: 0.2, iterations: 60 }),
    );
    const codes = outputs[0] as readonly number[];
    for (let row = 0; row < 12; row++) expect(codes.slice(4 * row, 4 * row + 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    for (let column = 0; column < 4; column++)
      expect(codes.filter((_, at) => at % 4 === column).reduce((sum, value) => sum + value, 0)).toBeCloseTo(3, 4);
  });

  test("samples that do not count change nothing for the others", async () => {
    const scores = scoresOf(9, 3, 2);
    const { outputs } = await runGraph([rowsInput(scores)], (operators, [name = ""]) => {
      const presence = operators.matrix(9, 1, (row) => (row < 5 ? 1 : 0));
      return [
        operators.rows(sinkhorn(operators, name, { epsilon: 0.05, iterations: 3, presence }), 0, 5),
        sinkhorn(operators, operators.rows(name, 0, 5), { epsilon: 0.05, iterations: 3 }),
      ];
    });
    outputs[0]?.forEach((value, at) => expect(value).toBeCloseTo(outputs[1]?.[at] as number, 5));
  });

  test("scores as far apart as cosines can be stay finite at the least epsilon", async () => {
    const scores = [
      [1, -1],
      [1, -1],
      [1, -1],
    ];
    const { outputs } = await runGraph([rowsInput(scores)], (operators, [name = ""]) =>
      sinkhorn(operators, name, { epsilon: 0.02, iterations: 3 }),
    );
    expect(outputs[0]?.every(Number.isFinite)).toBe(true);
  });
});
