/** @file Models of tests run by ONNX Runtime, on pictures of random numbers. */
import { createRandom } from "#engine/base/random.ts";
import type { Model } from "#engine/onnx/model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openModel } from "#engine/training/trainer/run-model.ts";

export function randomTensor(shape: readonly number[], seed = 7): HostTensor {
  const random = createRandom(seed);
  return { type: "float32", shape, data: Float32Array.from({ length: elementCount(shape) }, () => random.normal()) };
}

/** Rows `from` to `to`. */
export function rowsOf({ shape: [count = 0, ...rest], data }: HostTensor, from: number, to: number): HostTensor {
  const numbers = data.length / count;
  return { type: "float32", shape: [to - from, ...rest], data: (data as Float32Array).slice(from * numbers, to * numbers) };
}

export async function outputsOf(model: Model, inputs: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> {
  const runner = await openModel(model, 1);
  try {
    const { outputs, shapes } = await runner.run(inputs);
    return outputs.map((data, at) => ({ type: "float32", shape: shapes[at] ?? [], data: Float32Array.from(data) }));
  } finally {
    await runner.close();
  }
}

export async function imageOutput(model: Model, image: HostTensor): Promise<Float32Array> {
  const [output] = await outputsOf(model, new Map([["image", image]]));
  return output?.data as Float32Array;
}

export function largestDifference(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return Infinity;
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (other[at] as number))), 0);
}
