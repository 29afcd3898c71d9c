/**
 * @file The plainest training there is: a matrix, a bias and a scale of their own shapes, each pulled to a target with a stiffness, so that the gradient is known: stiffness x
 * (value - target). No network takes part.
 */
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import type { Method, MethodContext } from "#engine/training/methods/method.ts";
import { methods } from "#engine/training/methods/table.ts";
import type { OptimizerName, OptimizerOptions } from "#engine/training/optimizers/optimizer.ts";
import { buildStep } from "#engine/training/step/build-step.ts";
import type { ParameterOptions } from "#engine/training/step/draft.ts";

import { tinyNetwork } from "../tiny-training.ts";

export interface Pulled {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: readonly number[];
  readonly target: readonly number[];
  readonly stiffness: number;
  readonly options?: ParameterOptions;
}

export const pulled: readonly Pulled[] = [
  { name: "matrix", shape: [2, 3], begin: [1, -2, 0.5, 3, 0.1, -1], target: [0, 1, 2, -1, 0, 0.3], stiffness: 0.7 },
  { name: "bias", shape: [3], begin: [0.4, -0.6, 2], target: [1, 1, 1], stiffness: 1.3 },
];

export function gradientOf({ target, stiffness }: Pulled, value: readonly number[]): number[] {
  return value.map((each, at) => stiffness * (each - (target[at] as number)));
}

export interface QuadraticOptions {
  readonly optimizer: OptimizerName;
  readonly options?: Partial<OptimizerOptions>;
  readonly clip?: number;
  readonly rates: readonly number[];
  readonly parameters?: readonly Pulled[];
  readonly more?: (context: MethodContext) => void;
  /** A term of the loss beside those of `parameters`. */
  readonly last?: (context: MethodContext) => string;
}

export interface Trace {
  /** State after each step, the first being that before any. */
  readonly states: readonly ReadonlyMap<string, number[]>[];
  readonly metrics: readonly ReadonlyMap<string, number>[];
}

export async function descend({
  optimizer,
  options = {},
  clip = 0,
  rates,
  parameters = pulled,
  more,
  last,
}: QuadraticOptions): Promise<Trace> {
  const method: Method = {
    ...methods.simclr,
    settings: {},
    views: () => [],
    build: (context) => {
      const { draft } = context;
      const { operators, builder } = draft;
      const terms = parameters.map(({ name, shape, begin, target, stiffness, options: own }) => {
        const value = draft.parameter(name, shape, () => Float32Array.from(begin), own);
        const off = operators.subtract(value, builder.constant("float32", shape, target));
        return operators.scale(operators.total(operators.multiply(off, off)), stiffness / 2);
      });
      more?.(context);
      return operators.add(...terms, ...(last === undefined ? [] : [last(context)]));
    },
  };
  const step = buildStep({
    network: tinyNetwork(),
    method,
    settings: {},
    images: 4,
    population: 8,
    size: 8,
    trainable: new Set(),
    batchStatistics: false,
    optimizer,
    optimizerOptions: { momentum: 0.9, decay: 0.1, nesterov: false, beta1: 0.9, beta2: 0.99, trust: 0.02, ...options },
    clip,
    seed: 1,
  });
  const executor = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
  const read = async (): Promise<ReadonlyMap<string, number[]>> =>
    new Map([...(await executor.readState())].map(([name, { data }]) => [name, [...(data as Float32Array)]]));
  const scalar = (value: number): HostTensor => ({ type: "float32", shape: [], data: Float32Array.of(value) });
  const states = [await read()];
  const metrics: ReadonlyMap<string, number>[] = [];
  for (const [at, rate] of rates.entries()) {
    const numbers: Readonly<Record<string, number>> = { rate, step: at + 1 };
    const told = await executor.step(new Map(step.scalars.map((name) => [name, scalar(numbers[name] as number)])));
    metrics.push(new Map(step.metrics.map((name) => [name, told.get(`metric/${name}`)?.data[0] as number])));
    states.push(await read());
  }
  await executor.close();
  return { states, metrics };
}
