/**
 * @file A training step in the forms for the CPU means what the common ones mean: blocks of convolutions with BatchNormalization over the batch, forwards and backwards, on pictures of any size.
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lowerForCpu } from "#engine/autodiff/lower/cpu/lower-for-cpu.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { float, GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { asModel } from "./check-gradient.ts";
import { differenceOf } from "./same-outputs.ts";

interface Block {
  readonly batch: number;
  readonly channels: number;
  /** Times as many in the middle. */
  readonly widening: number;
  readonly size: readonly [number, number];
  readonly stride: 1 | 2;
  readonly activation: "Relu" | "Clip" | "Sigmoid";
  /** Weights that stay as they are: no gradient of theirs is asked for. */
  readonly isFrozen: boolean;
  readonly version: 13 | 17 | 18;
}

const usual: Block = { batch: 4, channels: 3, widening: 6, size: [6, 6], stride: 1, activation: "Clip", isFrozen: false, version: 17 };

test.each<[string, Partial<Block>]>([
  ["small pictures", {}],
  ["large ones", { batch: 2, size: [14, 16] }],
  ["large ones with a stride", { batch: 2, size: [24, 24], stride: 2 }],
  ["that become small by a stride", { batch: 2, size: [15, 15], stride: 2 }],
  ["one picture", { batch: 1 }],
  ["frozen weights", { isFrozen: true }],
  ["operators of set 18, whose axes are inputs", { version: 18 }],
])("an inverted bottleneck on %s", async (_, given) => {
  const model = bottleneck({ ...usual, ...given });
  const lowered = lowerForCpu(model);
  expect(await differenceOf(lower(model), lowered)).toBeLessThan(1e-4);
  // The case is about the forms: the widening convolution is normalised without a pass, so of three normalisations forwards and as many backwards only those of the other two are left.
  const kept = lowered.graph.nodes.filter(({ opType }) => opType === "BatchNormalization");
  expect(kept).toHaveLength(4);
});

test("a widening whose picture is also asked for as it is stays", async () => {
  const builder = new GraphBuilder(17);
  const { x, weights, scale, bias } = inputs(builder, [4, 3, 5, 5], 12);
  const raw = builder.node("Conv", [x, weights]);
  const [y = ""] = builder.training("BatchNormalizationTraining", [raw, scale, bias], 3, { epsilon: float(1e-5) });
  const loss = sumWithWeights(builder, builder.node("Add", [y, builder.node("Sigmoid", [raw])]));
  const model = asModel(builder, [loss, ...addGradients(builder, loss, [x, weights, scale, bias])]);
  expect(await differenceOf(lower(model), lowerForCpu(model))).toBeLessThan(1e-4);
});

test("a channel that is the same everywhere, and one whose scale is 0", async () => {
  const builder = new GraphBuilder(17);
  const { x, bias } = inputs(builder, [4, 2, 5, 5], 8);
  // The first output sees nothing: its variance is 0.
  const weights = builder.constant("float32", [8, 2, 1, 1], [0, 0, ...Array.from({ length: 14 }, (_, at) => Math.sin(at + 1))]);
  const scale = builder.constant("float32", [8], [1, 0, 1, 1, 1, 1, 1, 1]);
  const [y = ""] = builder.training("BatchNormalizationTraining", [builder.node("Conv", [x, weights]), scale, bias], 3, {
    epsilon: float(1e-3),
  });
  const loss = sumWithWeights(builder, builder.node("Sigmoid", [y]));
  const model = asModel(builder, [loss, ...addGradients(builder, loss, [x, weights, scale, bias])]);
  expect(await differenceOf(lower(model), lowerForCpu(model))).toBeLessThan(1e-4);
});

test("of random shapes", { timeout: 240_000 }, () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        batch: fc.integer({ min: 1, max: 4 }),
        // Normalised, a channel made of one alone does not depend on its weight: the gradient is what rounding leaves of 0.
        channels: fc.integer({ min: 2, max: 5 }),
        widening: fc.integer({ min: 1, max: 6 }),
        size: fc.tuple(fc.integer({ min: 2, max: 17 }), fc.integer({ min: 2, max: 17 })),
        stride: fc.constantFrom(1, 2),
        // No corners: rounding must not decide on which side of one a number lies.
        activation: fc.constant("Sigmoid"),
        isFrozen: fc.boolean(),
        version: fc.constantFrom(13, 17, 18),
      }) as fc.Arbitrary<Block>,
      async (block) => {
        const model = bottleneck(block);
        expect(await differenceOf(lower(model), lowerForCpu(model))).toBeLessThan(2e-4);
      },
    ),
    { numRuns: 40, seed: 2026 },
  ),
);

/** 1 x 1 that widens, a convolution in which each channel is for itself, 1 x 1 that narrows; each normalised. At stride 1 added to what came in. */
function bottleneck({ batch, channels, widening, size, stride, activation, isFrozen, version }: Block): Model {
  const builder = new GraphBuilder(version);
  const wide = channels * widening;
  const { x, weights, scale, bias } = inputs(builder, [batch, channels, ...size], wide);
  const each = builder.input("each", "float32", [wide, 1, 3, 3]);
  const narrow = builder.input("narrow", "float32", [channels, wide, 1, 1]);
  const [lowScale, lowBias] = [builder.input("narrow scale", "float32", [channels]), builder.input("narrow bias", "float32", [channels])];
  const statistics: string[] = [];
  const normalised = (value: string, factor: string, offset: string): string => {
    const [y = "", mean = "", variance = ""] = builder.training("BatchNormalizationTraining", [value, factor, offset], 3, {
      epsilon: float(1e-3),
    });
    statistics.push(mean, variance);
    return y;
  };
  const active = (value: string): string =>
    activation === "Clip" ? builder.node("Clip", [value, builder.scalar(0, value), builder.scalar(1, value)]) : builder.node(activation, [value]); // prettier-ignore
  const first = active(normalised(builder.node("Conv", [x, weights]), scale, bias));
  const middle = builder.node("Conv", [first, each], { pads: ints([1, 1, 1, 1]), strides: ints([stride, stride]), group: int(wide) });
  const second = active(normalised(middle, scale, bias));
  const last = normalised(builder.node("Conv", [second, narrow]), lowScale, lowBias);
  const y = stride === 1 ? builder.node("Add", [x, last]) : last;
  const loss = sumWithWeights(builder, y);
  const parameters = isFrozen ? [x, scale, lowBias] : [x, weights, scale, bias, each, narrow, lowScale, lowBias];
  return asModel(builder, [y, loss, ...statistics, ...addGradients(builder, loss, parameters)]);
}

function inputs(
  builder: GraphBuilder,
  picture: readonly number[],
  outputs: number,
): Readonly<Record<"x" | "weights" | "scale" | "bias", string>> {
  return {
    x: builder.input("x", "float32", picture),
    weights: builder.input("weights", "float32", [outputs, picture[1] as number, 1, 1]),
    scale: builder.input("scale", "float32", [outputs]),
    bias: builder.input("bias", "float32", [outputs]),
  };
}

/** One number in which no two elements may change places. */
function sumWithWeights(builder: GraphBuilder, value: string): string {
  const shape = builder.shapeOf(value);
  const random = createRandom(3);
  const weights = builder.constant("float32", shape, Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => random.normal())); // prettier-ignore
  return builder.node("ReduceSum", [builder.reshape(builder.node("Mul", [value, weights]), [-1])]);
}
