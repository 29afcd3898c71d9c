/** @file Cases of reductions: axes of an attribute and of an input, all of them, none, kept and taken away. */
import { int, ints } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";
import { unary, type Cases } from "./kinds.ts";

function reduction(opType: string, more: Partial<GradientCase> = {}): GradientCase[] {
  return [
    unary(opType, { shapes: [[2, 3, 2]], ...more }, { axes: ints([1]) }),
    unary(opType, { shapes: [[2, 3, 2]], version: 11, ...more }, { axes: ints([0, -1]), keepdims: int(0) }),
    unary(opType, { shapes: [[2, 3]], ...more }, { keepdims: int(0) }),
    {
      shapes: [[2, 3, 2]],
      version: 18,
      ...more,
      build: (builder, [x = ""]) => builder.node(opType, [x, builder.list([-1, 0])], { keepdims: int(0) }),
    },
    { shapes: [[2, 3]], version: 20, ...more, build: (builder, [x = ""]) => builder.node(opType, [x, builder.list([])]) },
  ];
}

export const reductionCases: Cases = {
  ReduceL1: reduction("ReduceL1", { single: true, corners: [0] }),
  ReduceL2: [
    ...reduction("ReduceL2", { single: true }),
    // Of a row of zeros, which has no direction: 0, not NaN.
    {
      shapes: [[2, 3]],
      single: true,
      build: (builder, [x = ""]) => {
        const masked = builder.node("Mul", [x, builder.constant("float32", [2, 1], [1, 0])]);
        return builder.node("ReduceL2", [masked], { axes: ints([1]) });
      },
    },
  ],
  ReduceLogSum: reduction("ReduceLogSum", { single: true, range: [0.5, 2] }),
  ReduceLogSumExp: [
    ...reduction("ReduceLogSumExp"),
    { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("ReduceLogSumExp", [builder.node("Add", [x, builder.scalar(800, x)])], { axes: ints([1]) }) },
  ],
  ReduceMax: [
    ...reduction("ReduceMax", { distinct: true }),
    // Twice the same number: each has half.
    { shapes: [[3]], distinct: true, build: (builder, [x = ""]) => builder.node("ReduceMax", [builder.node("Concat", [x, x], { axis: int(0) })]) },
  ],
  ReduceMean: [unary("ReduceMean", { shapes: [[2, 3, 4]], version: 13 }, { axes: ints([-2, 0]), keepdims: int(0) }), { shapes: [[2, 3]], version: 18, build: (builder, [x = ""]) => builder.node("ReduceMean", [x, builder.list([])], { keepdims: int(0) }) }],
  ReduceMin: reduction("ReduceMin", { distinct: true }),
  ReduceProd: [
    ...reduction("ReduceProd", { single: true, range: [0.5, 1.5] }),
    // None, one and two zeros in a row.
    {
      shapes: [[3, 3]],
      single: true,
      build: (builder, [x = ""]) => {
        const masked = builder.node("Mul", [x, builder.constant("float32", [3, 3], [1, 1, 1, 1, 0, 1, 0, 0, 1])]);
        return builder.node("ReduceProd", [masked], { axes: ints([1]) });
      },
    },
  ],
  ReduceSum: [{ shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("ReduceSum", [x, builder.list([])], { keepdims: int(0) }) }, { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("ReduceSum", [x, builder.list([])], { noop_with_empty_axes: int(1) }) }],
  ReduceSumSquare: reduction("ReduceSumSquare"),
}; // prettier-ignore
