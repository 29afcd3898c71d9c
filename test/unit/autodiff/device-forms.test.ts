/** @file The forms for one kind of device mean what the common forms mean, whatever the shape. All run on the CPU here. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { cpuForms } from "#engine/autodiff/lower/cpu/forms.ts";
import { lower, type LowerOptions } from "#engine/autodiff/lower/lower.ts";
import { webgpuForms } from "#engine/autodiff/lower/card/forms.ts";
import { float, GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { asModel } from "./check-gradient.ts";
import { differenceOf } from "./same-outputs.ts";

interface Convolution {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
  readonly input: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Before and after, rows and columns. */
  readonly pads: readonly [number, number, number, number];
}

type Forms = NonNullable<LowerOptions["forms"]>;

const devices: [string, Forms][] = [
  ["the CPU", cpuForms],
  ["graphics cards", webgpuForms],
];

describe.each(devices)("a convolution and its gradients, by the forms for %s and by the common ones", (_, forms) => {
  test.each<[string, Partial<Convolution>]>([
    ["3 x 3 of many channels: Winograd", { channels: 24, outputs: 40, input: [8, 8] }],
    ["whose outputs are no multiple of four", { channels: 24, outputs: 24, input: [7, 10] }],
    ["without pads", { channels: 32, outputs: 32, input: [8, 6], pads: [0, 0, 0, 0] }],
    ["with more pads on one side", { channels: 32, outputs: 32, input: [5, 6], pads: [0, 2, 1, 0] }],
    ["with a stride", { channels: 96, outputs: 96, input: [8, 8], strides: [2, 2] }],
    ["with a stride that leaves pixels out", { channels: 96, outputs: 96, input: [8, 7], strides: [2, 3], pads: [0, 0, 0, 0] }],
    ["5 x 5", { channels: 64, outputs: 64, input: [6, 6], kernel: [5, 5], pads: [2, 2, 2, 2] }],
    ["1 x 1 of many channels and few pixels", { channels: 48, outputs: 64, input: [3, 3], kernel: [1, 1], pads: [0, 0, 0, 0] }],
    ["a channel for itself, tiny", { channels: 6, outputs: 6, groups: 6, input: [3, 3], kernel: [5, 5], pads: [2, 2, 2, 2] }],
    [
      "a channel for itself, tiny, with a stride",
      { channels: 6, outputs: 6, groups: 6, input: [6, 7], strides: [2, 2], pads: [0, 1, 1, 1] },
    ],
    ["a channel for itself, large", { channels: 3, outputs: 3, groups: 3, input: [20, 14] }],
    [
      "a channel for itself, large, with a stride",
      { channels: 3, outputs: 3, groups: 3, input: [27, 30], kernel: [5, 5], strides: [2, 2], pads: [2, 1, 2, 2] },
    ],
  ])("%s", async (_name, given) => {
    const shape: Convolution = { batch: 3, channels: 3, outputs: 4, groups: 1, input: [8, 8], kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], ...given }; // prettier-ignore
    const { model, changed } = await agree(convolutions(shape), forms);
    // The case is about the forms: at least the weights' gradient has another one.
    expect(changed, JSON.stringify(model.graph.nodes.map(({ opType }) => opType))).toBe(true);
  });

  test("of random shapes", { timeout: 120_000 }, () => {
    const pair = (low: number, high: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })); // prettier-ignore
    return fc.assert(
      fc.asyncProperty(
        fc
          .record({
            batch: fc.integer({ min: 1, max: 3 }),
            width: fc.constantFrom(1, 2, 16, 40),
            kind: fc.constantFrom("dense", "depthwise", "grouped"),
            input: pair(1, 12),
            kernel: pair(1, 5),
            strides: pair(1, 3),
            dilations: pair(1, 2),
            pads: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
          })
          .map(({ kind, width, ...rest }): Convolution => {
            if (kind === "dense") return { ...rest, channels: width, outputs: width + 1, groups: 1 };
            return { ...rest, channels: 4, outputs: kind === "depthwise" ? 4 : 8, groups: kind === "depthwise" ? 4 : 2 };
          })
          .filter(({ input, kernel, dilations, pads }) =>
            [0, 1].every((axis) => (input[axis] as number) + (pads[axis] as number) + (pads[axis + 2] as number) >= ((kernel[axis] as number) - 1) * (dilations[axis] as number) + 1),
          ), // prettier-ignore
        async (shape) => {
          await agree(convolutions(shape), forms);
        },
      ),
      { numRuns: 60, seed: 2026 },
    );
  });
});

test.each(
  devices.flatMap(([device, forms]) =>
    (
      [
        ["long rows", [3, 4, 9, 8]],
        ["short rows", [3, 4, 2, 2]],
        ["no pixels", [5, 4]],
      ] as const
    ).map(([rows, shape]) => [device, rows, shape, forms] as const),
  ),
)("BatchNormalization over a batch and its gradient for %s, %s", async (_device, _rows, shape, forms) => {
  const builder = new GraphBuilder(17);
  const [x, g] = [builder.input("x", "float32", shape), builder.input("g", "float32", shape)];
  const [scale, bias] = [builder.input("scale", "float32", [4]), builder.input("bias", "float32", [4])];
  const forward = builder.training("BatchNormalizationTraining", [x, scale, bias], 3, { epsilon: float(1e-5) });
  const [, mean = "", variance = ""] = forward;
  const gradients = builder.training("BatchNormalizationGradient", [g, x, scale, mean, variance], 3, { epsilon: float(1e-5) });
  await agree(asModel(builder, [...forward, ...gradients]), forms);
});

test.each(devices)("masks and optimizers for %s", async (_, forms) => {
  const builder = new GraphBuilder(17);
  // Numbers on the thresholds and hard by them.
  const x = builder.constant("float32", [8], [-1, 0, 1e-6, 3, 6 - 5e-7, 6, 6.0000005, 7]);
  const g = builder.input("g", "float32", [8]);
  const [weights, velocity, step] = [builder.input("weights", "float32", [5, 3, 1, 1]), builder.input("velocity", "float32", [5, 3, 1, 1]), builder.input("step", "float32", [5, 3, 1, 1])]; // prettier-ignore
  const rate = builder.scalar(0.1, g);
  const outputs = [
    ...builder.training("ReluGradient", [g, x], 1),
    ...builder.training("ClipGradient", [g, x], 1, { min: float(0), max: float(6) }),
    ...builder.training("ClipGradient", [g, x], 1, { max: float(3) }),
    ...builder.training("SgdStep", [weights, step, velocity, rate], 2, { momentum: float(0.9), decay: float(0.1), nesterov: int(1) }),
  ];
  await agree(asModel(builder, outputs), forms);
});

/** The convolution, and the gradients of it where it meets a random picture. */
function convolutions({ batch, channels, outputs, groups, input, kernel, strides, dilations, pads }: Convolution): Model {
  const builder = new GraphBuilder(17);
  const x = builder.input("x", "float32", [batch, channels, ...input]);
  const weights = builder.input("weights", "float32", [outputs, channels / groups, ...kernel]);
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(groups) };
  const y = builder.node("Conv", [x, weights], attributes);
  const g = builder.input("g", "float32", builder.shapeOf(y));
  const byPicture = builder.training("ConvInputGradient", [g, weights], 1, { ...attributes, shape: ints([batch, channels, ...input]) });
  const byWeights = builder.training("ConvWeightGradient", [x, g], 1, { ...attributes, kernel_shape: ints(kernel) });
  return asModel(builder, [y, ...byPicture, ...byWeights]);
}

/** Both forms of the model on the same random numbers, all outputs. */
async function agree(model: Model, forms: Forms): Promise<{ readonly model: Model; readonly changed: boolean }> {
  const [common, special] = [lower(model), lower(model, { forms })];
  expect(await differenceOf(common, special)).toBeLessThan(1e-4);
  const kinds = (each: Model): string => each.graph.nodes.map(({ opType }) => opType).join();
  return { model: special, changed: kinds(common) !== kinds(special) };
}
