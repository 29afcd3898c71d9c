/** @file Gradients of shapes, attributes and broadcasts that nobody thought of. */
import fc from "fast-check";
import { describe, test } from "vitest";

import { int, ints, text, type Attributes, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { checkGradient, type GradientCase } from "./check-gradient.ts";

const size = fc.integer({ min: 1, max: 3 });
const shapes = fc.array(size, { minLength: 1, maxLength: 4 }).filter((shape) => elementCount(shape) <= 24);
const versions = fc.constantFrom(11, 13, 17, 18, 21);

async function holds(cases: fc.Arbitrary<GradientCase>, numRuns = 40): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, fc.nat(1000), (given, seed) => checkGradient(given, seed)),
    // The same cases every time: what a run finds, the next one finds too. Change it to look elsewhere.
    { numRuns, seed: 2026 },
  );
}

/** A shape, and one that broadcasts with it: sizes become 1 on either side, and one has fewer dimensions. */
const broadcast = fc
  .record({ whole: shapes, ones: fc.tuple(fc.nat(15), fc.nat(15)), missing: fc.nat(3), isTurned: fc.boolean() })
  .map(({ whole, ones: [first, second], missing, isTurned }) => {
    const narrowed = (mask: number): number[] => whole.map((each, axis) => ((mask >> axis) & 1 ? 1 : each));
    const pair = [narrowed(first), narrowed(second).slice(Math.min(missing, whole.length - 1))] as const;
    return isTurned ? ([pair[1], pair[0]] as const) : pair;
  });

describe("of random shapes", () => {
  test("pairs that broadcast", { timeout: 120_000 }, () =>
    holds(
      fc.record({ opType: fc.constantFrom("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where"), given: broadcast, version: fc.constantFrom(13, 17, 21) })
        .map(({ opType, given, version }) => ({
          shapes: given,
          version,
          range: [0.5, 2] as const,
          distinct: opType === "Max" || opType === "Min",
          build: (builder, [a = "", b = ""]) => {
            if (opType !== "Where") return builder.node(opType, [a, b]);
            // A condition that broadcasts too.
            const shape = builder.shapeOf(a).map((each, axis) => (axis % 2 === 0 ? each : 1));
            return builder.node("Where", [builder.constant("bool", shape, Array.from({ length: elementCount(shape) }, (_, at) => at % 2)), a, b]);
          },
        }) satisfies GradientCase)
        // The two ways to be equal that `distinct` cannot keep apart.
        .filter(({ shapes: [one, other], distinct }) => !distinct || elementCount(one) !== elementCount(other)),
    )); // prettier-ignore

  test("one number at a time", { timeout: 120_000 }, () => {
    // In float64, so that nothing but the formula can be wrong.
    const functions = { Exp: [-2, 2], Log: [0.3, 3], Sqrt: [0.3, 3], Reciprocal: [0.4, 3], Tanh: [-3, 3], Sigmoid: [-5, 5], Sin: [-4, 4], Cos: [-4, 4], Neg: [-2, 2] } as const;
    return holds(
      fc.record({ opType: fc.constantFrom(...(Object.keys(functions) as (keyof typeof functions)[])), shape: shapes, version: versions }).map(({ opType, shape, version }) => ({
        shapes: [shape],
        version,
        range: functions[opType],
        build: (builder: GraphBuilder, [x = ""]: readonly string[]) => builder.node(opType, [x]),
      })),
    );
  }); // prettier-ignore

  test("reductions", { timeout: 120_000 }, () => {
    const doubles = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceLogSumExp"] as const;
    const singles = ["ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum"] as const;
    return holds(
      fc.record({ opType: fc.constantFrom(...doubles, ...singles), shape: shapes, axes: fc.nat(15), fromEnd: fc.boolean(), keep: fc.nat(1), version: versions })
        .map(({ opType, shape, axes, fromEnd, keep, version }) => {
          const chosen = shape.flatMap((_, axis) => ((axes >> axis) & 1 ? [fromEnd ? axis - shape.length : axis] : []));
          const isInput = version >= (opType === "ReduceSum" ? 13 : 18);
          return {
            shapes: [shape],
            version,
            range: [0.5, 2] as const,
            distinct: true,
            single: (singles as readonly string[]).includes(opType),
            build: (builder: GraphBuilder, [x = ""]: readonly string[]) => {
              if (isInput) return builder.node(opType, [x, builder.list(chosen)], { keepdims: int(keep) });
              return builder.node(opType, [x], { keepdims: int(keep), ...(chosen.length === 0 ? {} : { axes: ints(chosen) }) });
            },
          };
        }),
    );
  }); // prettier-ignore

  test("what moves numbers", { timeout: 120_000 }, () => {
    const plans: Record<string, (builder: GraphBuilder, x: string, draw: () => number) => string> = {
      Transpose: (builder, x, draw) => {
        const order = builder.shapeOf(x).map((_, axis) => axis);
        order.sort((one, other) => ((one * 7 + draw()) % 5) - ((other * 7 + draw()) % 5));
        return builder.node("Transpose", [x], { perm: ints(order) });
      },
      Slice: (builder, x, draw) => {
        const shape = builder.shapeOf(x);
        const steps = shape.map(() => [1, 2, -1, -2][draw() % 4] as number);
        const starts = shape.map((each, axis) => ((steps[axis] as number) > 0 ? (draw() % each) - (draw() % 2) * each : each - 1 - (draw() % each)));
        const ends = shape.map((each, axis) => ((steps[axis] as number) > 0 ? each : -each - 1));
        return builder.node("Slice", [x, builder.list(starts), builder.list(ends), builder.list(shape.map((_, axis) => axis)), builder.list(steps)]);
      },
      Pad: (builder, x, draw) => builder.node("Pad", [x, builder.list(builder.shapeOf(x).flatMap(() => [draw() % 3, draw() % 2]))]),
      Tile: (builder, x, draw) => builder.node("Tile", [x, builder.list(builder.shapeOf(x).map(() => 1 + (draw() % 3)))]),
      Expand: (builder, x, draw) => builder.node("Expand", [x, builder.list([1 + (draw() % 3), ...builder.shapeOf(x).map(() => 1)])]),
      Gather: (builder, x, draw) => {
        const axis = draw() % builder.shapeOf(x).length;
        const count = builder.shapeOf(x)[axis] as number;
        return builder.node("Gather", [x, builder.constant("int64", [2, 2], Array.from({ length: 4 }, () => (draw() % (2 * count)) - count))], { axis: int(axis) });
      },
      Concat: (builder, x, draw) => builder.node("Concat", [x, builder.node("Neg", [x]), x], { axis: int((draw() % builder.shapeOf(x).length) - builder.shapeOf(x).length) }),
      Split: (builder, x, draw) => {
        const axis = draw() % builder.shapeOf(x).length;
        const count = builder.shapeOf(x)[axis] as number;
        const sizes = count === 1 ? [1] : [1, count - 1];
        const attributes: Attributes = { axis: int(axis), ...(builder.version < 13 ? { split: ints(sizes) } : {}) };
        return builder.nodes("Split", builder.version < 13 ? [x] : [x, builder.list(sizes)], sizes.length, attributes)[draw() % sizes.length] as string;
      },
      CumSum: (builder, x, draw) => builder.node("CumSum", [x, builder.constant("int64", [], [draw() % builder.shapeOf(x).length])], { reverse: int(draw() % 2), exclusive: int(draw() % 2) }),
      Unsqueeze: (builder, x, draw) => {
        const axis = draw() % (builder.shapeOf(x).length + 1);
        return builder.version < 13 ? builder.node("Unsqueeze", [x], { axes: ints([axis]) }) : builder.node("Unsqueeze", [x, builder.list([axis])]);
      },
      Flatten: (builder, x, draw) => builder.node("Flatten", [x], { axis: int(draw() % (builder.shapeOf(x).length + 1)) }),
    };
    return holds(
      fc.record({ opType: fc.constantFrom(...Object.keys(plans)), shape: shapes, version: versions, drawn: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }) })
        .map(({ opType, shape, version, drawn }) => ({
          shapes: [shape],
          version,
          build: (builder: GraphBuilder, [x = ""]: readonly string[]) => {
            let at = 0;
            const moved = plans[opType]?.(builder, x, () => drawn[at++ % drawn.length] as number) as string;
            // Squared, so that a number in the wrong place has the wrong gradient.
            return builder.node("Mul", [moved, moved]);
          },
        })),
      80,
    );
  }); // prettier-ignore

  const small = { min: 1, max: 2 };
  const window = fc.record({
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer(small), fc.integer(small)),
    pads: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    sizes: fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
    padding: fc.constantFrom("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"),
  });

  test("convolutions", { timeout: 120_000 }, () =>
    holds(
      fc.record({ window, groups: fc.constantFrom(1, 2, 4), batch: fc.integer(small), perGroup: fc.integer(small), version: versions })
        .filter(({ window: { kernel, dilations, sizes } }) => sizes.every((each, at) => ((kernel[at] as number) - 1) * (dilations[at] as number) < each))
        .map(({ window: { kernel, strides, dilations, pads, sizes, padding }, groups, batch, perGroup, version }) => ({
          shapes: [[batch, groups, ...sizes], [groups * perGroup, 1, ...kernel], [groups * perGroup]],
          single: true,
          linear: true,
          version,
          range: [-1, 1] as const,
          build: (builder: GraphBuilder, inputs: readonly string[]) => {
            // ONNX Runtime dilates nothing that it pads by itself.
            const own: Attributes = padding === "NOTSET" ? { pads: ints(pads), dilations: ints(dilations) } : { auto_pad: text(padding) };
            return builder.node("Conv", inputs, { strides: ints(strides), group: int(groups), ...own });
          },
        })),
      30,
    )); // prettier-ignore

  test("transposed convolutions", { timeout: 120_000 }, () =>
    holds(
      fc.record({ window, groups: fc.constantFrom(1, 2), extra: fc.tuple(fc.nat(2), fc.nat(2)), version: versions })
        .map(({ window: { kernel, strides, dilations, pads, sizes }, groups, extra, version }) => ({
          kernel, strides, dilations, groups, version,
          sizes: sizes.map((each) => each - 1),
          // No more padding than there is picture under the kernel.
          pads: pads.map((each, at) => Math.min(each, ((kernel[at % 2] as number) - 1) * (dilations[at % 2] as number))),
          extra: extra.map((each, at) => Math.min(each, (strides[at] as number) - 1)),
        }))
        // Something must be left of the picture.
        .filter(({ kernel, strides, dilations, sizes, pads, extra }) => sizes.every((each, at) => {
          const reach = ((kernel[at] as number) - 1) * (dilations[at] as number) + 1;
          return (strides[at] as number) * (each - 1) + reach - (pads[at] as number) - (pads[at + 2] as number) + (extra[at] as number) > 0;
        }))
        .map(({ kernel, strides, dilations, groups, version, sizes, pads, extra }) => ({
          shapes: [[1, 2, ...sizes], [2, 2 / groups, ...kernel]],
          single: true,
          linear: true,
          version,
          range: [-1, 1] as const,
          build: (builder: GraphBuilder, inputs: readonly string[]) =>
            builder.node("ConvTranspose", inputs, { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(groups), output_padding: ints(extra) }),
        })),
      30,
    )); // prettier-ignore

  test("pools", { timeout: 120_000 }, () =>
    holds(
      fc.record({ window, opType: fc.constantFrom("AveragePool", "MaxPool"), ceil: fc.nat(1), countsPadding: fc.nat(1) })
        .map(({ window: { kernel, strides, pads, sizes }, ...rest }) => ({
          kernel, strides, sizes, ...rest,
          pads: pads.map((each, at) => Math.min(each, (kernel[at % 2] as number) - 1)),
        }))
        // ONNX Runtime is not at one with itself about a last window that would begin behind the picture.
        .filter(({ kernel, strides, sizes, pads, ceil }) => ceil === 0 || sizes.every((each, at) => {
          const [before, after, stride] = [pads[at] as number, pads[at + 2] as number, strides[at] as number];
          return Math.ceil((each + before + after - (kernel[at] as number)) / stride) * stride < each + before;
        }))
        .map(({ kernel, strides, sizes, pads, opType, ceil, countsPadding }) => ({
          shapes: [[1, 2, ...sizes]],
          single: true,
          linear: opType === "AveragePool",
          distinct: true,
          range: [-6, 6] as const,
          version: 19,
          build: (builder: GraphBuilder, inputs: readonly string[]) => {
            const own: Attributes = opType === "MaxPool" ? {} : { count_include_pad: int(countsPadding) };
            return builder.node(opType, inputs, { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(pads), ceil_mode: int(ceil), ...own });
          },
        })),
      40,
    )); // prettier-ignore
});
