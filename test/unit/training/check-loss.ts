/**
 * @file Losses against their plain references: the value, and the gradient against central differences of the reference in float64. The graph runs in ONNX Runtime,
 * in float32 as in training.
 */
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { Operators } from "#engine/training/step/operators.ts";

import { unitAll, type Rows } from "../../reference/losses/vectors.ts";

export interface GraphInput {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Whole numbers, without gradient. */
  readonly isWhole?: boolean;
}

export interface Ran {
  /** All outputs asked for, in order. */
  readonly outputs: readonly (readonly number[])[];
  /** Of the first output, by each input of floats. */
  readonly gradients: readonly (readonly number[])[];
}

type Build = (operators: Operators, inputs: readonly string[]) => string | readonly string[];

/** Runs what `build` makes of the inputs; gradients only where the first output is one number. */
export async function runGraph(inputs: readonly GraphInput[], build: Build): Promise<Ran> {
  const builder = new GraphBuilder(17);
  const names = inputs.map(({ shape, isWhole }, at) => builder.input(`x${at}`, isWhole === true ? "int64" : "float32", shape));
  const built = build(new Operators(builder), names);
  // An output has its own node, also where it is an input as it came.
  const outputs = (typeof built === "string" ? [built] : built).map((name) => builder.node("Identity", [name]));
  const [loss = ""] = outputs;
  const trained = names.filter((_, at) => inputs[at]?.isWhole !== true);
  const gradients = builder.shapeOf(loss).length === 0 ? addGradients(builder, loss, trained) : [];
  const all = [...new Set([...outputs, ...gradients])];
  const session = await InferenceSession.create(writeModel(lower(modelOf(builder, all))), { executionProviders: ["cpu"], logSeverityLevel: 4, intraOpNumThreads: 1 }); // prettier-ignore
  const feeds = inputs.map(({ shape, values, isWhole }, at): [string, RuntimeTensor] => [
    names[at] as string,
    isWhole === true
      ? new RuntimeTensor("int64", BigInt64Array.from(values, BigInt), shape)
      : new RuntimeTensor("float32", Float32Array.from(values), shape),
  ]);
  const used = new Set(session.inputNames);
  const made = await session.run(Object.fromEntries(feeds.filter(([name]) => used.has(name))));
  const read = (name: string): number[] => Array.from(made[name]?.data as Float32Array, Number);
  const ran = { outputs: outputs.map(read), gradients: gradients.map(read) };
  await session.release();
  return ran;
}

export function rowsInput(rows: Rows): GraphInput {
  return { shape: [rows.length, rows[0]?.length ?? 0], values: rows.flat() };
}

export function randomRows(count: number, width: number, seed: number): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal()));
}

export interface LossCase {
  /** Of the inputs: rows of normal numbers. */
  readonly shapes: readonly (readonly [rows: number, width: number])[];
  /** Inputs that become unit rows, in the graph and in the reference; all if not given. */
  readonly units?: readonly boolean[];
  readonly build: (operators: Operators, inputs: readonly string[]) => string;
  readonly reference: (...inputs: number[][][]) => number;
  /** Inputs through which no gradient may pass. */
  readonly fixed?: readonly number[];
  readonly seeds?: readonly number[];
}

/** Value and gradient by every number of every input. */
export async function checkLoss({ shapes, units, build, reference, fixed = [], seeds = [1, 2, 3] }: LossCase): Promise<void> {
  const isUnit = (at: number): boolean => units?.[at] ?? true;
  const prepare = (inputs: readonly Rows[]): number[][][] =>
    inputs.map((rows, at) => (isUnit(at) ? unitAll(rows) : rows.map((row) => [...row])));
  for (const seed of seeds) {
    const inputs = shapes.map(([rows, width], at) => randomRows(rows, width, 100 * seed + at));
    const { outputs, gradients } = await runGraph(inputs.map(rowsInput), (operators, names) =>
      build(
        operators,
        names.map((name, at) => (isUnit(at) ? operators.normalise(name) : name)),
      ),
    );
    const value = reference(...prepare(inputs));
    expectClose(outputs[0]?.[0] as number, value, { slack: 2e-5 * Math.max(1, Math.abs(value)), what: `the loss (seed ${seed})` });
    for (const [at, rows] of inputs.entries()) {
      const found = gradients[at] as readonly number[];
      expect(found).toHaveLength(elementCount(shapes[at] as readonly number[]));
      const expected = fixed.includes(at)
        ? found.map(() => 0)
        : differences(rows, (moved) => reference(...prepare(inputs.with(at, moved))));
      const scale = Math.max(1e-2, ...expected.map(Math.abs));
      found.forEach((gradient, place) =>
        expectClose(gradient, expected[place] as number, { slack: 1e-3 * scale, what: `input ${at}, number ${place} (seed ${seed})` }),
      );
    }
  }
}

function differences(rows: number[][], value: (moved: number[][]) => number): number[] {
  const step = 1e-5;
  return rows.flatMap((row, at) =>
    row.map((middle, place) => {
      const moved = (to: number): number => value(rows.with(at, row.with(place, to)));
      return (moved(middle + step) - moved(middle - step)) / (2 * step);
    }),
  );
}

function expectClose(found: number, expected: number, { slack, what }: { slack: number; what: string }): void {
  expect(Math.abs(found - expected), `${what}: ${found}, expected ${expected}`).toBeLessThanOrEqual(slack);
}
