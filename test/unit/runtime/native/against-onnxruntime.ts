/**
 * @file Runs a graph with our own kernels and with ONNX Runtime and holds every output of one against the other's.
 */
import { expect } from "vitest";

import { createRandom, type Random } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { trainingDomain } from "#engine/onnx/shapes/training.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor, StepGraph } from "#engine/runtime/training/executor.ts";
import { openNativeExecutor, type NativeExecutor } from "#engine/runtime/training/native-executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { instructionLevels, loadNative, type InstructionLevel } from "#native/load.ts";
import { modelOf } from "../../onnx/small-models.ts";

export interface Comparison {
  /** Makes the graph; gives the names of the outputs. Random numbers are fed to every input. */
  readonly build: (builder: GraphBuilder) => readonly string[];
  /** Largest difference as a share of the largest number of the output. */
  readonly slack?: number;
  readonly seed?: number;
  readonly range?: readonly [number, number];
  /** Numbers for some inputs. */
  readonly given?: ReadonlyMap<string, HostTensor>;
  /** Operators that are left to ONNX Runtime. */
  readonly fallbacks?: readonly string[];
  readonly version?: number;
}

export async function compare(comparison: Comparison): Promise<void> {
  const builder = new GraphBuilder(comparison.version ?? 17);
  const outputs = comparison.build(builder);
  const graph: StepGraph = { model: { ...modelOf(builder.finish(outputs)), opsets: new Map([["", builder.version], [trainingDomain, 1]]) }, state: [] }; // prettier-ignore
  const random = createRandom(comparison.seed ?? 1);
  const feeds = new Map(
    graph.model.graph.inputs.map(({ name, type }) => {
      const tensor =
        comparison.given?.get(name) ??
        randomTensor(random, type?.elementType as HostTensor["type"], type?.shape as number[], comparison.range);
      return [name, tensor] as const;
    }),
  );
  const [native, standard] = [
    await openNativeExecutor(graph, new Map(), { threads: 2 }),
    await openOnnxRuntimeExecutor(graph, new Map(), { threads: 1, device: "cpu" }),
  ];
  try {
    expect(native.fallbacks).toEqual(comparison.fallbacks ?? []);
    const [found, expected] = [await native.step(feeds), await standard.step(feeds)];
    for (const name of outputs) expectClose(name, found.get(name), expected.get(name), comparison.slack ?? 1e-5);
  } finally {
    await native.close();
    await standard.close();
  }
}

export function expectClose(name: string, found: HostTensor | undefined, expected: HostTensor | undefined, slack: number): void {
  expect(found?.type, name).toBe(expected?.type);
  expect(found?.shape, name).toEqual(expected?.shape);
  const [a, b] = [Array.from(found?.data ?? [], Number), Array.from(expected?.data ?? [], Number)];
  expect(a.length, name).toBe(b.length);
  const largest = b.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1e-3);
  const wrong = a.findIndex(
    (value, index) => !(Object.is(value, b[index]) || value === b[index] || Math.abs(value - (b[index] as number)) <= slack * largest),
  );
  if (wrong >= 0)
    expect.fail(
      `${name} [${expected?.shape.join(", ") ?? ""}], element ${wrong}: ${a[wrong]}, ONNX Runtime has ${b[wrong]}; largest ${largest}`,
    );
}

/** Runs with each set of instructions this processor has. */
export async function withEachLevel(run: (level: InstructionLevel) => Promise<void>): Promise<void> {
  const { exports } = loadNative();
  if (exports === null) expect.fail("the native addon is not built");
  const instructions = exports["instructions"] as (given: { level?: number }) => InstructionLevel;
  const best = instructionLevels.indexOf(instructions({}));
  try {
    for (const [index, level] of instructionLevels.entries()) if (instructions({ level: index }) === level) await run(level);
  } finally {
    instructions({ level: best });
  }
}

export function randomTensor(
  random: Random,
  type: HostTensor["type"],
  shape: readonly number[],
  [low, high]: readonly [number, number] = [-2, 2],
): HostTensor {
  const count = elementCount(shape);
  const draw = (): number => low + (high - low) * random.unit();
  if (type === "bool") return { type, shape, data: Uint8Array.from({ length: count }, () => (random.unit() < 0.5 ? 1 : 0)) };
  if (type === "int64") return { type, shape, data: BigInt64Array.from({ length: count }, () => BigInt(Math.round(draw()))) };
  if (type === "int32") return { type, shape, data: Int32Array.from({ length: count }, () => Math.round(draw())) };
  return { type, shape, data: Float32Array.from({ length: count }, draw) };
}

export type { NativeExecutor };
