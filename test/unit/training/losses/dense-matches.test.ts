import { expect, test } from "vitest";

import { denseMatches } from "#engine/training/losses/dense-matches.ts";

import * as reference from "../../../reference/losses/others.ts";
import { dot } from "../../../reference/losses/vectors.ts";
import { checkLoss, randomRows, runGraph, type GraphInput } from "../check-loss.ts";

const shaped = (rows: number[][], shape: readonly number[]): GraphInput => ({ shape, values: rows.flat() });
const split = (rows: number[][]): number[][][] => [rows.slice(0, 5), rows.slice(5)];

test("the key of the place whose feature is most alike", async () => {
  const [from, to, keys] = [randomRows(10, 4, 1), randomRows(10, 4, 2), randomRows(10, 3, 3)] as const;
  const { outputs } = await runGraph(
    [shaped(from, [2, 5, 4]), shaped(to, [2, 5, 4]), shaped(keys, [2, 5, 3])],
    (operators, [one = "", other = "", values = ""]) => denseMatches(operators, { from: one, to: other, keys: values }),
  );
  const expected = reference.denseMatches(split(from), split(to), split(keys)).flat(2);
  outputs[0]?.forEach((value, at) => expect(value).toBeCloseTo(expected[at] as number, 6));
});

test("the same view: every place is its own match", async () => {
  const features = randomRows(10, 4, 5);
  const { outputs } = await runGraph([shaped(features, [2, 5, 4])], (operators, [name = ""]) =>
    denseMatches(operators, { from: name, to: name, keys: name }),
  );
  outputs[0]?.forEach((value, at) => expect(value).toBeCloseTo(features.flat()[at] as number, 6));
});

test("the gradient reaches the keys and not the features", () => {
  const [images, places] = [2, 3];
  const parts = (rows: number[][]): number[][][] => [rows.slice(0, places), rows.slice(places)];
  const weights = randomRows(1, 3, 9)[0] as number[];
  return checkLoss({
    shapes: [
      [images * places, 4],
      [images * places, 4],
      [images * places, 3],
    ],
    units: [false, false, false],
    fixed: [0, 1],
    build: (operators, [from = "", to = "", keys = ""]) => {
      const cut = (value: string, width: number): string => operators.builder.reshape(value, [images, places, width]);
      const matched = denseMatches(operators, { from: cut(from, 4), to: cut(to, 4), keys: cut(keys, 3) });
      return operators.total(
        operators.multiply(
          matched,
          operators.matrix(1, 3, (_, column) => weights[column] as number),
        ),
      );
    },
    reference: (from, to, keys) =>
      reference
        .denseMatches(parts(from), parts(to), parts(keys))
        .flat()
        .reduce((sum, row) => sum + dot(row, weights), 0),
  });
});
