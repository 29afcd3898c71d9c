import { describe, expect, test } from "vitest";

import { ntXent } from "#engine/training/losses/nt-xent.ts";
import { supCon } from "#engine/training/losses/sup-con.ts";

import * as reference from "../../../reference/losses/contrastive.ts";
import { unitAll } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, rowsInput, runGraph, type GraphInput } from "../check-loss.ts";

const labelsOf = (values: readonly number[]): GraphInput => ({ shape: [values.length], values, isWhole: true });

describe("supCon", () => {
  for (const [views, labels] of [
    [2, [0, 0, 1, 2]],
    [3, [5, 2, 5, 5]],
    [2, [-1, 0, -1, 0, 1]],
  ] as const)
    test(`value and gradient: ${views} views, labels ${labels.join(" ")}`, () =>
      checkLoss({
        shapes: [[views * labels.length, 4]],
        build: (operators, [z = ""]) => {
          const given = operators.builder.constant("int64", [labels.length], labels);
          return supCon(operators, z, { labels: given, temperature: 0.2, base: 0.1 });
        },
        reference: (z) => reference.supCon(z, labels, 0.2, 0.1),
      }));

  test("labels of one picture each, or none at all, make it NT-Xent", async () => {
    const z = unitAll(randomRows(8, 5, 3));
    for (const labels of [
      [3, 1, 0, 2],
      [-1, -1, -1, -1],
    ]) {
      const { outputs } = await runGraph([rowsInput(z), labelsOf(labels)], (operators, [rows = "", which = ""]) => [
        supCon(operators, rows, { labels: which, temperature: 0.3, base: 0.3 }),
        ntXent(operators, rows, 0.3),
      ]);
      expect(outputs[0]?.[0]).toBeCloseTo(outputs[1]?.[0] as number, 5);
    }
  });
});
