/**
 * @file Linear layers in a row, with BatchNormalization and ReLU between them: what most methods put behind the encoder and throw away after training.
 */
import { createRandom } from "../../base/random.ts";
import { float, int } from "../../onnx/graph-builder.ts";
import type { MethodContext, Weights } from "../methods/method.ts";

export interface MlpOptions {
  readonly name: string;
  /** Numbers in, hidden ..., numbers out. */
  readonly sizes: readonly number[];
  /** After each hidden layer. */
  readonly norm: boolean;
  /** Also after the last layer, without ReLU. */
  readonly lastNorm?: boolean;
  /** Bias of the last layer. */
  readonly lastBias?: boolean;
  /** A value the learning rate is multiplied with. */
  readonly rateScale?: string;
}

export interface Head {
  apply(input: string, weights: Weights): string;
}

/** Weights begin uniformly in +-1/sqrt(inputs), as PyTorch's Linear does. */
export function mlp(context: MethodContext, { name, sizes, norm, lastNorm = false, lastBias = true, rateScale }: MlpOptions): Head {
  const { draft } = context;
  const { builder, operators } = draft;
  const scaled = rateScale === undefined ? {} : { rateScale };
  const random = createRandom(context.random.uint32());
  const layers = sizes.slice(1).map((outputs, at) => {
    const inputs = sizes[at] as number;
    const isLast = at === sizes.length - 2;
    const bound = 1 / Math.sqrt(inputs);
    const uniform = (count: number): Float32Array => Float32Array.from({ length: count }, () => (2 * random.unit() - 1) * bound);
    const prefix = `${name}/${at}`;
    const hasNorm = isLast ? lastNorm : norm;
    const part = (suffix: string, shape: number[], make: () => Float32Array): string =>
      draft.parameter(`${prefix}/${suffix}`, shape, make, scaled);
    return {
      weights: part("weights", [inputs, outputs], () => uniform(inputs * outputs)),
      bias: !hasNorm && (!isLast || lastBias) ? part("bias", [outputs], () => uniform(outputs)) : null,
      norm: hasNorm
        ? {
            scale: part("scale", [outputs], () => new Float32Array(outputs).fill(1)),
            shift: part("shift", [outputs], () => new Float32Array(outputs)),
          }
        : null,
      isLast,
    };
  });
  return {
    apply: (input, weights) =>
      layers.reduce((value, layer) => {
        let next =
          layer.bias === null
            ? operators.matMul(value, weights.of(layer.weights))
            : builder.node("Gemm", [value, weights.of(layer.weights), weights.of(layer.bias)], { transB: int(0) });
        if (layer.norm !== null)
          next = builder.training("BatchNormalizationTraining", [next, weights.of(layer.norm.scale), weights.of(layer.norm.shift)], 3, {
            epsilon: float(1e-5),
          })[0] as string;
        return layer.isLast ? next : builder.node("Relu", [next]);
      }, input),
  };
}
