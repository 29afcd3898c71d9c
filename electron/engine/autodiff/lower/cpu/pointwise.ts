/**
 * @file Masks of gradients and optimizers in forms that ONNX Runtime's own code goes over more quickly.
 */
import { floatOf } from "../../../onnx/attributes.ts";
import { float, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import type { Lowering, PartialLowering } from "../lower.ts";
import { adamStep, sgdStep } from "../pointwise.ts";

/**
 * ONNX Runtime's Where goes over its pictures five times. A HardSigmoid that is steep enough is 0 or 1 on either side of a threshold, exactly at it 0, and a product takes what
 * it hides to 0 (what is not a number stays so).
 */
export const reluGradient: PartialLowering = ({ builder, inputs: [g = "", x = ""] }) => [builder.node("Mul", [g, isAbove(builder, x, 0)])];

export const clipGradient: PartialLowering = ({ builder, node, inputs: [g = "", x = ""] }) => {
  const [low, high] = [floatOf(node, "min", -Infinity), floatOf(node, "max", Infinity)];
  if (Math.fround(low) !== low && low !== -Infinity) return null;
  const above = low === -Infinity ? g : builder.node("Mul", [g, isAbove(builder, x, low)]);
  return [high === Infinity ? above : builder.node("Mul", [above, isAbove(builder, x, high, -1)])];
};

/** 1 where x > threshold (or, with -1, x < threshold), else 0. */
function isAbove(builder: GraphBuilder, x: string, threshold: number, sign: 1 | -1 = 1): string {
  const slope = sign * steepness;
  return builder.node("HardSigmoid", [x], { alpha: float(slope), beta: float(-slope * threshold) });
}

/** A power of two, so that products with it are exact: what is nearer to 0 than 1/2^100 counts partly. */
const steepness = 2 ** 100;

/** Weights of a 1 x 1 convolution end in sizes of 1, in front of which a number that meets them all is repeated one by one: as a list they are twelve times as quick. */
function asList(step: Lowering): PartialLowering {
  return (context) => {
    const { builder, inputs } = context;
    const shape = builder.shapeOf(inputs[0] as string);
    if (shape.at(-1) !== 1) return null;
    const flat = inputs.map((name) =>
      builder.shapeOf(name).length === shape.length ? builder.reshape(name, [elementCount(shape)]) : name,
    );
    return step({ ...context, inputs: flat }).map((name) => builder.reshape(name, shape));
  };
}

export const sgdStepAsList: PartialLowering = asList(sgdStep);
export const adamStepAsList: PartialLowering = asList(adamStep);
