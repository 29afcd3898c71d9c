import fc from "fast-check";
import { test } from "vitest";

import { int, ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { compare, withEachLevel } from "./against-onnxruntime.ts";

interface Shape {
  readonly batch: number;
  readonly size: readonly number[];
  readonly groups: number;
  readonly groupChannels: number;
  readonly groupOutputs: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly hasBias: boolean;
}

/** The convolution, both its gradients, and the gradient by the picture added to another. */
function buildAll(builder: GraphBuilder, shape: Shape): string[] {
  const { batch, size, groups, groupChannels, groupOutputs, kernel, strides, dilations, pads, hasBias } = shape;
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(groups) };
  const x = builder.input("x", "float32", [batch, groups * groupChannels, ...size]);
  const weights = builder.input("weights", "float32", [groups * groupOutputs, groupChannels, ...kernel]);
  const bias = hasBias ? [builder.input("bias", "float32", [groups * groupOutputs])] : [];
  const y = builder.node("Conv", [x, weights, ...bias], attributes);
  const g = builder.input("g", "float32", builder.shapeOf(y));
  const [dx = ""] = builder.training("ConvInputGradient", [g, weights], 1, { ...attributes, shape: ints(builder.shapeOf(x)) });
  const [dw = ""] = builder.training("ConvWeightGradient", [x, g], 1, { ...attributes, kernel_shape: ints(kernel) });
  const [again = ""] = builder.training("ConvInputGradient", [g, weights], 1, { ...attributes, shape: ints(builder.shapeOf(x)) });
  return [y, dx, dw, builder.node("Add", [builder.node("Neg", [x]), again])];
}

const two = (one: fc.Arbitrary<number>): fc.Arbitrary<number[]> => fc.tuple(one, one);

const anyShape: fc.Arbitrary<Shape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: two(fc.integer({ min: 1, max: 11 })),
    groups: fc.constantFrom(1, 1, 2, 3, 19),
    groupChannels: fc.constantFrom(1, 2, 5, 16, 33),
    groupOutputs: fc.constantFrom(1, 3, 16, 40),
    kernel: two(fc.constantFrom(1, 2, 3, 5)),
    strides: two(fc.constantFrom(1, 1, 2, 3)),
    dilations: two(fc.constantFrom(1, 1, 2)),
    pads: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
    hasBias: fc.boolean(),
  })
  .filter(({ size, kernel, dilations, pads }) =>
    size.every(
      (pixels, axis) => pixels + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) >= ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1,
    ),
  );

test("convolutions of any shape", async () => {
  await withEachLevel(async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, (shape) => compare({ build: (builder) => buildAll(builder, shape), slack: 2e-5 })),
      { numRuns: 60, seed: 11 },
    );
  });
});

test("3 x 3 with stride 1, by minimal filtering", async () => {
  const shapes = fc.record({
    batch: fc.integer({ min: 1, max: 5 }),
    size: two(fc.integer({ min: 3, max: 14 })),
    groupChannels: fc.constantFrom(16, 17, 33, 64),
    groupOutputs: fc.constantFrom(16, 20, 64),
    pads: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
    hasBias: fc.boolean(),
  });
  const plain = { groups: 1, kernel: [3, 3], strides: [1, 1], dilations: [1, 1] };
  await withEachLevel(async () => {
    await fc.assert(
      fc.asyncProperty(shapes, (shape) => compare({ build: (builder) => buildAll(builder, { ...shape, ...plain }), slack: 1e-4 })),
      { numRuns: 25, seed: 12 },
    );
  });
});

test("one channel at a time", async () => {
  const shapes = fc.record({
    batch: fc.integer({ min: 1, max: 20 }),
    size: two(fc.integer({ min: 1, max: 13 })),
    groups: fc.constantFrom(2, 16, 19, 48),
    kernel: two(fc.constantFrom(1, 3, 4, 5, 7)),
    strides: two(fc.constantFrom(1, 2, 3)),
    dilations: two(fc.constantFrom(1, 1, 2)),
    hasBias: fc.boolean(),
  });
  await withEachLevel(async () => {
    await fc.assert(
      fc.asyncProperty(shapes, (shape) => {
        const pads = [...shape.kernel, ...shape.kernel].map(
          (size, axis) => Math.floor(((size - 1) * (shape.dilations[axis % 2] ?? 1)) / 2) + 1,
        );
        return compare({ build: (builder) => buildAll(builder, { ...shape, pads, groupChannels: 1, groupOutputs: 1 }), slack: 2e-5 });
      }),
      { numRuns: 40, seed: 13 },
    );
  });
});

test("many pixels and many channels: sums in several shares, rows a multiple of 4 KB apart", async () => {
  const plain = { batch: 2, groups: 1, dilations: [1, 1], hasBias: false };
  for (const shape of [
    { ...plain, size: [40, 40], groupChannels: 3, groupOutputs: 24, kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
    { ...plain, size: [6, 5], groupChannels: 512, groupOutputs: 1024, kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] },
    { ...plain, size: [9, 9], groupChannels: 130, groupOutputs: 260, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    { ...plain, size: [32, 48], groupChannels: 48, groupOutputs: 96, kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0] },
  ])
    await compare({ build: (builder) => buildAll(builder, shape), slack: 2e-5 });
});

test("one axis, and padding asked for by name", async () => {
  await compare({
    build: (builder) =>
      buildAll(builder, {
        batch: 2,
        size: [17],
        groups: 1,
        groupChannels: 5,
        groupOutputs: 18,
        kernel: [3],
        strides: [2],
        dilations: [1],
        pads: [1, 0],
        hasBias: true,
      }),
  });
  await compare({
    build: (builder) => {
      const [x, weights] = [builder.input("x", "float32", [1, 4, 7, 8]), builder.input("w", "float32", [6, 4, 3, 2])];
      const named = (name: string): string =>
        builder.node("Conv", [x, weights], { auto_pad: { kind: "string", value: new TextEncoder().encode(name) }, strides: ints([2, 2]) });
      return [named("SAME_UPPER"), named("SAME_LOWER"), named("VALID")];
    },
  });
});

test("three axes are ONNX Runtime's, their gradients in standard form", async () => {
  await compare({
    build: (builder) => {
      const attributes = { strides: ints([1, 1, 1]), dilations: ints([1, 1, 1]), pads: ints([0, 0, 0, 0, 0, 0]), group: int(1) };
      const [x, weights, g] = [builder.input("x", "float32", [1, 2, 3, 4, 5]), builder.input("w", "float32", [3, 2, 2, 2, 2]), builder.input("g", "float32", [1, 3, 2, 3, 4])]; // prettier-ignore
      return [
        builder.node("Conv", [x, weights]),
        ...builder.training("ConvInputGradient", [g, weights], 1, { ...attributes, shape: ints([1, 2, 3, 4, 5]) }),
        ...builder.training("ConvWeightGradient", [x, g], 1, { ...attributes, kernel_shape: ints([2, 2, 2]) }),
      ];
    },
    fallbacks: ["Conv", "ConvInputGradient", "ConvWeightGradient"],
  });
});
