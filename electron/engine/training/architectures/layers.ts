/**
 * @file Layers of nets built from scratch, as nodes of an ONNX graph with their weights inside. The batch is free in the file; shapes are those of
 * one picture.
 */
import type { Random } from "../../base/random.ts";
import { float, int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { elementCount, tensorFrom } from "../../onnx/tensor-values.ts";

export class Layers {
  readonly builder: GraphBuilder;
  readonly #random: Random;
  #made = 0;

  constructor(builder: GraphBuilder, random: Random) {
    this.builder = builder;
    this.#random = random;
  }

  /** He et al. 2015, by the numbers that go out, as is usual for convolutions. No bias: a norm follows. */
  convolution(
    x: string,
    {
      outputs,
      kernel,
      stride = 1,
      groups = 1,
      pad = (kernel - 1) / 2,
    }: { outputs: number; kernel: number; stride?: number; groups?: number; pad?: number },
  ): string {
    const inputs = (this.builder.shapeOf(x)[1] as number) / groups;
    const deviation = Math.sqrt(2 / ((outputs / groups) * kernel * kernel));
    const weights = this.weights("conv", [outputs, inputs, kernel, kernel], () => this.#random.normal() * deviation);
    return this.builder.node("Conv", [x, weights], {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
      group: int(groups),
    });
  }

  /** Over the last axis, with a bias. Small at first, as is usual in transformers. */
  linear(x: string, outputs: number): string {
    const inputs = this.builder.shapeOf(x).at(-1) as number;
    const weights = this.weights("linear", [inputs, outputs], () => this.#random.normal() * 0.02);
    return this.add(this.builder.node("MatMul", [x, weights]), this.fill("linear.bias", [outputs], 0));
  }

  norm(x: string): string {
    const channels = this.builder.shapeOf(x)[1] as number;
    const name = `norm${++this.#made}`;
    const fill = (suffix: string, value: number): string => this.#tensor(`${name}.${suffix}`, [channels], () => value);
    return this.builder.node("BatchNormalization", [x, fill("weight", 1), fill("bias", 0), fill("mean", 0), fill("variance", 1)], {
      epsilon: float(1e-5),
      momentum: float(0.9),
    });
  }

  relu(x: string): string {
    return this.builder.node("Relu", [x]);
  }

  relu6(x: string): string {
    return this.builder.node("Clip", [x, this.builder.scalar(0, x), this.builder.scalar(6, x)]);
  }

  add(one: string, other: string): string {
    return this.builder.node("Add", [one, other]);
  }

  /** [N, C, H, W] -> [N, C]. */
  pool(x: string): string {
    return this.builder.node("Flatten", [this.builder.node("GlobalAveragePool", [x])], { axis: int(1) });
  }

  /** Weights that begin as the same number. */
  fill(kind: string, shape: readonly number[], value: number): string {
    return this.#tensor(`${kind}${++this.#made}`, shape, () => value);
  }

  /** Weights from a rule, drawn in order. */
  weights(kind: string, shape: readonly number[], draw: () => number): string {
    return this.#tensor(`${kind}${++this.#made}.weight`, shape, draw);
  }

  #tensor(name: string, shape: readonly number[], draw: () => number): string {
    return this.builder.tensor(tensorFrom(name, "float32", shape, Array.from({ length: elementCount(shape) }, draw)));
  }
}
