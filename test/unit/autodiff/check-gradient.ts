/**
 * @file Gradients against central differences: the graph is built, gradients are added, ONNX Runtime runs both. In float64 where it has the
 * operator so, which makes the differences exact to many digits.
 */
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { modelOf } from "../onnx/small-models.ts";

export interface GradientCase {
  /** Shapes of the inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** The value whose gradient is looked at, from the names of the inputs. */
  readonly build: (builder: GraphBuilder, inputs: readonly string[]) => string;
  /** Inputs lie in this range; [-2, 2] if not given. */
  readonly range?: readonly [number, number];
  /** Inputs closer to one of these than a step are moved away: the function has a corner there. */
  readonly corners?: readonly number[];
  /** No two numbers of an input are closer than several steps: the function compares them. */
  readonly distinct?: boolean;
  /** Straight in every number alone, so that a long step is as good as a short one and float32 shows small errors too. */
  readonly linear?: boolean;
  /** ONNX Runtime has the operator in float32 only. */
  readonly single?: boolean;
  /** Which inputs have a gradient; all if not given. */
  readonly parameters?: readonly number[];
  readonly version?: number;
}

export function asModel(builder: GraphBuilder, outputs: readonly string[]): Model {
  return { ...modelOf(builder.finish(outputs)), opsets: new Map([["", builder.version]]) };
}

export async function checkGradient(given: GradientCase, seed = 1): Promise<void> {
  const { shapes, range = [-2, 2], corners = [], single = false } = given;
  const random = createRandom(seed);
  const elementType = single ? "float32" : "float64";
  const step = given.linear === true ? 1 : single ? 1e-2 : 1e-5;
  const builder = new GraphBuilder(given.version ?? 17);
  const names = shapes.map((shape, index) => builder.input(`x${index}`, elementType, shape));
  const value = given.build(builder, names);
  // A sum with uneven weights, so that no two elements may change places.
  const shape = builder.shapeOf(value);
  const weights = builder.constant(
    elementType,
    shape,
    Array.from({ length: elementCount(shape) }, () => 0.5 + random.unit()),
  );
  const product = builder.node("Mul", [value, weights]);
  const flat = builder.node("Reshape", [product, builder.list([-1])]);
  const loss = builder.node("ReduceSum", [flat]);
  const parameters = given.parameters ?? shapes.map((_, index) => index);
  const gradients = addGradients(
    builder,
    loss,
    parameters.map((index) => names[index] as string),
  );
  const session = await InferenceSession.create(writeModel(lower(asModel(builder, [loss, ...gradients]))), {
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
  });
  const [low, high] = range;
  const spread = (count: number): number[] => {
    const order = Array.from({ length: count }, () => random.unit());
    return order.map((own) => low + ((high - low) * (order.filter((other) => other < own).length + 0.5)) / count);
  };
  const inputs = shapes.map((each) => {
    if (given.distinct === true) return spread(elementCount(each));
    return Array.from({ length: elementCount(each) }, () => {
      const drawn = low + (high - low) * random.unit();
      const corner = corners.find((place) => Math.abs(drawn - place) < 3 * step);
      return corner === undefined ? drawn : corner + 5 * step;
    });
  });
  const run = async (values: readonly (readonly number[])[]): Promise<readonly number[][]> => {
    const feeds = values.map((each, index) => {
      const data = single ? Float32Array.from(each) : Float64Array.from(each);
      return [names[index] as string, new RuntimeTensor(elementType, data as Float32Array, shapes[index] as number[])] as const;
    });
    const outputs = await session.run(Object.fromEntries(feeds));
    return [loss, ...gradients].map((name) => Array.from(outputs[name]?.data as Float64Array));
  };
  const [, ...found] = await run(inputs);
  for (const [place, parameter] of parameters.entries()) {
    expect(builder.shapeOf(gradients[place] as string)).toEqual(shapes[parameter]);
    const own = inputs[parameter] as number[];
    for (const [at, middle] of own.entries()) {
      const lossAt = async (moved: number): Promise<number> =>
        (await run(inputs.map((each, index) => (index === parameter ? each.with(at, moved) : each))))[0]?.[0] as number;
      const expected = ((await lossAt(middle + step)) - (await lossAt(middle - step))) / (2 * step);
      const gradient = found[place]?.[at] as number;
      const slack = (single && given.linear !== true ? 2e-2 : single ? 1e-4 : 1e-6) * Math.max(1, Math.abs(expected));
      expect(
        Math.abs(gradient - expected),
        `input ${parameter}, element ${at}: ${gradient}, by differences ${expected}`,
      ).toBeLessThanOrEqual(slack);
    }
  }
  await session.release();
}
