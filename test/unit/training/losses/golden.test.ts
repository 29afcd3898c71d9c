import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { cosineRegression } from "#engine/training/losses/cosine-regression.ts";
import { decoupled } from "#engine/training/losses/decoupled.ts";
import { hardNegatives } from "#engine/training/losses/hard-negatives.ts";
import { infoNce } from "#engine/training/losses/info-nce.ts";
import { instanceClassification } from "#engine/training/losses/instance-classification.ts";
import { ntXent } from "#engine/training/losses/nt-xent.ts";
import { queueDistillation } from "#engine/training/losses/queue-distillation.ts";
import { sigReg } from "#engine/training/losses/sig-reg.ts";
import { sinkhorn } from "#engine/training/losses/sinkhorn.ts";
import { supCon } from "#engine/training/losses/sup-con.ts";
import { swappedPrediction } from "#engine/training/losses/swapped-prediction.ts";
import { triplet } from "#engine/training/losses/triplet.ts";
import type { Operators } from "#engine/training/step/operators.ts";

import { a, b, instances, prototypes, queue, z } from "../../../golden/losses/inputs.ts";
import * as contrastive from "../../../reference/losses/contrastive.ts";
import * as others from "../../../reference/losses/others.ts";
import { dot, type Rows } from "../../../reference/losses/vectors.ts";
import { rowsInput, runGraph, type GraphInput } from "../check-loss.ts";

const golden = JSON.parse(readFileSync(new URL("../../../golden/losses/losses.json", import.meta.url), "utf8")) as Record<
  string,
  number | number[]
>;

interface GoldenCase {
  readonly name: string;
  readonly inputs: readonly (Rows | GraphInput)[];
  readonly build: (operators: Operators, inputs: readonly string[]) => string;
  readonly reference: () => number;
}

const labels: GraphInput = { shape: [4], values: [0, 0, 1, 1], isWhole: true };
const places: GraphInput = { shape: [4], values: [0, 1, 2, 3], isWhole: true };
const axes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const zeros = z.map((row) => row.map(() => 0));
const scoresOf = (rows: Rows): number[][] => rows.map((row) => prototypes.map((prototype) => dot(row, prototype)));

const pairs = (name: string, build: (operators: Operators, z: string) => string, reference: () => number): GoldenCase => ({
  name,
  inputs: [z],
  build: (operators, [rows = ""]) => build(operators, rows),
  reference,
});

const cases: readonly GoldenCase[] = [
  pairs(
    "ntXent temperature .5",
    (operators, rows) => ntXent(operators, rows, 0.5),
    () => contrastive.ntXent(z, 0.5),
  ),
  pairs(
    "ntXent temperature .1",
    (operators, rows) => ntXent(operators, rows, 0.1),
    () => contrastive.ntXent(z, 0.1),
  ),
  pairs(
    "dcl temperature .1",
    (operators, rows) => decoupled(operators, rows, { temperature: 0.1 }),
    () => contrastive.decoupled(z, 0.1),
  ),
  pairs(
    "dclw temperature .1 sigma .5",
    (operators, rows) => decoupled(operators, rows, { temperature: 0.1, sigma: 0.5 }),
    () => contrastive.decoupled(z, 0.1, 0.5),
  ),
  ...(
    [
      ["debiased temperature .5 prior .1", 0.1, 0],
      ["hcl temperature .5 prior 0 hardness 0", 0, 0],
      ["hcl temperature .5 prior .1 hardness 1", 0.1, 1],
      ["hcl temperature .5 prior .1 hardness 2", 0.1, 2],
    ] as const
  ).map(([name, classPrior, hardness]) =>
    pairs(
      name,
      (operators, rows) => hardNegatives(operators, rows, { temperature: 0.5, classPrior, hardness }),
      () => contrastive.hardNegatives(z, 0.5, classPrior, hardness),
    ),
  ),
  ...(
    [
      ["supCon temperature .1 base .1 labels 0 0 1 1", labels, 0.1, 0.1],
      ["supCon temperature .1 base .07 labels 0 0 1 1", labels, 0.1, 0.07],
      ["supCon temperature .5 unique labels", places, 0.5, 0.5],
    ] as const
  ).map(([name, given, temperature, base]) => ({
    name,
    inputs: [z, given],
    build: (operators: Operators, [rows = "", which = ""]: readonly string[]) =>
      supCon(operators, rows, { labels: which, temperature, base }),
    reference: () => contrastive.supCon(z, given.values, temperature, base),
  })),
  {
    name: "infoNce temperature .2 queue of 5",
    inputs: [a, b, queue],
    build: (operators, [queries = "", keys = "", negatives = ""]) => infoNce(operators, { queries, keys, negatives, temperature: 0.2 }),
    reference: () => contrastive.infoNce(a, b, queue, 0.2),
  },
  {
    name: "cosineRegression",
    inputs: [a, b],
    build: (operators, [one = "", other = ""]) => cosineRegression(operators, one, other),
    reference: () => others.cosineRegression(a, b),
  },
  ...(
    [
      ["triplet semi-hard margin .2", "semi-hard", 0.2],
      ["triplet semi-hard margin 1", "semi-hard", 1],
      ["triplet batch-hard margin .2", "batch-hard", 0.2],
    ] as const
  ).map(([name, mining, margin]) =>
    pairs(
      name,
      (operators, rows) => triplet(operators, rows, { mining, margin }),
      () => contrastive.triplets(z, mining, margin),
    ),
  ),
  {
    name: "swav temperature .1 epsilon .05",
    inputs: [a, b, prototypes],
    build: (operators, [one = "", other = "", centres = ""]) => {
      const scores = [operators.products(one, centres), operators.products(other, centres)];
      const codes = scores.map((each) => sinkhorn(operators, each, { epsilon: 0.05, iterations: 3 }));
      return swappedPrediction(operators, { codes, scores, temperature: 0.1 });
    },
    reference: () => {
      const scores = [scoresOf(a), scoresOf(b)];
      const codes = scores.map((each) => others.sinkhorn(each, 0.05, 3));
      return others.swappedPrediction(codes, scores, 0.1);
    },
  },
  {
    name: "sigReg along the axes",
    inputs: [z, axes],
    build: (operators, [rows = "", directions = ""]) => sigReg(operators, rows, directions),
    reference: () => others.sigReg(z, axes),
  },
  {
    name: "sigReg of zeros",
    inputs: [zeros, axes],
    build: (operators, [rows = "", directions = ""]) => sigReg(operators, rows, directions),
    reference: () => others.sigReg(zeros, axes),
  },
  {
    name: "queueDistillation temperature .07",
    inputs: [a, b, queue],
    build: (operators, [teacher = "", student = "", kept = ""]) =>
      queueDistillation(operators, { teacher, student, queue: kept, temperature: 0.07 }),
    reference: () => others.queueDistillation(a, b, queue, 0.07),
  },
  {
    name: "instanceClassification smoothing .3",
    inputs: [b, instances, places],
    build: (operators, [rows = "", vectors = "", which = ""]) =>
      instanceClassification(operators, operators.products(rows, vectors), which, 0.3),
    reference: () =>
      others.instanceClassification(
        b.map((row) => instances.map((vector) => dot(row, vector))),
        [0, 1, 2, 3],
        0.3,
      ),
  },
];

for (const { name, inputs, build, reference } of cases)
  test(name, async () => {
    const expected = golden[name] as number;
    expect(reference()).toBeCloseTo(expected, 10);
    const given = inputs.map((each) => ("shape" in each ? each : rowsInput(each)));
    const { outputs } = await runGraph(given, build);
    expect(Math.abs((outputs[0]?.[0] as number) - expected)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(expected)));
  });

test("codes of SwAV", async () => {
  const { outputs } = await runGraph([rowsInput(scoresOf(a))], (operators, [scores = ""]) =>
    sinkhorn(operators, scores, { epsilon: 0.05, iterations: 3 }),
  );
  const codes = outputs[0] as readonly number[];
  (golden["sinkhorn first row"] as number[]).forEach((value, at) => expect(codes[at]).toBeCloseTo(value, 5));
  (golden["sinkhorn column sums"] as number[]).forEach((value, column) => {
    const sum = [0, 1, 2, 3].reduce((total, row) => total + (codes[6 * row + column] as number), 0);
    expect(sum).toBeCloseTo(value, 4);
  });
});
