/** @file Cases of functions of one number, and of values that broadcast. */
import { float, int } from "#engine/onnx/graph-builder.ts";
import { binary, pairs, unary, type Cases } from "./kinds.ts";

const single = true;

export const functionCases: Cases = {
  Acos: [unary("Acos", { single, range: [-0.8, 0.8] })],
  Acosh: [unary("Acosh", { single, range: [1.2, 3] })],
  Asin: [unary("Asin", { single, range: [-0.8, 0.8] })],
  Asinh: [unary("Asinh", { single })],
  Atan: [unary("Atan", { single })],
  Atanh: [unary("Atanh", { single, range: [-0.8, 0.8] })],
  Celu: [unary("Celu", { single, corners: [0] }), unary("Celu", { single, corners: [0] }, { alpha: float(0.6) })],
  Clip: [
    // Bounds that are values of their own; operator set 11 has no GreaterOrEqual.
    {
      shapes: [[3, 4], [], []],
      parameters: [0],
      range: [-1, 1],
      build: (builder, [x = "", low = "", high = ""]) => {
        const number = (value: string, shift: number): string => builder.node("Add", [value, builder.scalar(shift, x)]);
        return builder.node("Clip", [builder.node("Mul", [x, builder.scalar(4, x)]), number(low, -2), number(high, 2)]);
      },
    },
    { shapes: [[7]], corners: [0.5], single, version: 11, build: (builder, [x = ""]) => builder.node("Clip", [x, "", builder.scalar(0.5, x)]) },
  ],
  Cos: [unary("Cos")],
  Cosh: [unary("Cosh", { single })],
  Elu: [unary("Elu", { single, corners: [0] }), unary("Elu", { single, corners: [0] }, { alpha: float(0.3) })],
  HardSwish: [unary("HardSwish", { single, range: [-5, 5], corners: [-3, 3], version: 14 })],
  Max: [
    ...pairs.map((shapes) => binary("Max", shapes, { distinct: true })),
    binary("Max", [[2, 3], [3], [2, 1]], { distinct: true }),
    binary("Max", [[3]]),
    // Equal inputs share: twice half is one.
    { shapes: [[4]], build: (builder, [x = ""]) => builder.node("Max", [x, x, builder.scalar(-9, x)]) },
  ],
  Mean: [...pairs.map((shapes) => binary("Mean", shapes, { single })), binary("Mean", [[2, 3], [1], [2, 1]], { single })],
  Min: [...pairs.map((shapes) => binary("Min", shapes, { distinct: true })), binary("Min", [[2, 3], [3], [2, 1]], { distinct: true })],
  Mish: [unary("Mish", { single, version: 18, range: [-6, 6] })],
  Mod: [
    {
      shapes: [[2, 3], [3]],
      range: [1.3, 1.7],
      build: (builder, [a = "", b = ""]) => builder.node("Mod", [builder.node("Mul", [a, builder.scalar(3, a)]), b], { fmod: int(1) }),
    },
    { shapes: [[5]], range: [0.1, 0.9], build: (builder, [x = ""]) => builder.node("Mod", [builder.node("Sub", [x, builder.scalar(3, x)]), builder.scalar(1.25, x)], { fmod: int(1) }) },
  ],
  PRelu: [
    binary("PRelu", [[2, 3, 4], [3, 1]], { corners: [0], single }),
    binary("PRelu", [[2, 3], []], { corners: [0], single }),
    binary("PRelu", [[2, 3], [2, 3]], { corners: [0], single }),
  ],
  Pow: [
    ...[0, 1, 2, 3, 0.5, -1.5].map((exponent) => ({
      shapes: [[4]],
      range: [0.4, 2] as const,
      build: (builder, [x = ""]) => builder.node("Pow", [x, builder.scalar(exponent, x)]),
    }) satisfies Cases[string][number]),
    // A whole exponent of a type of its own, and one that is 0 at 0.
    { shapes: [[4]], build: (builder, [x = ""]) => builder.node("Pow", [x, builder.constant("int64", [], [3])]) },
    {
      shapes: [[3]],
      build: (builder, [x = ""]) => {
        const base = builder.node("Mul", [x, builder.constant("float64", [3], [1, 0, 1])]);
        return builder.node("Pow", [base, builder.constant("int64", [3], [2, 0, 3])]);
      },
    },
  ],
  Selu: [unary("Selu", { single, corners: [0] }), unary("Selu", { single, corners: [0] }, { alpha: float(1.2), gamma: float(0.7) })],
  Shrink: [unary("Shrink", { single, corners: [-0.5, 0.5] }), unary("Shrink", { single, corners: [-1, 1] }, { lambd: float(1), bias: float(0.3) })],
  Sin: [unary("Sin")],
  Sinh: [unary("Sinh", { single })],
  Softsign: [unary("Softsign", { single, corners: [0] })],
  Sum: [...pairs.map((shapes) => binary("Sum", shapes)), binary("Sum", [[2, 3], [1], [2, 1]]), binary("Sum", [[3]])],
  Tan: [unary("Tan", { single, range: [-1, 1] })],
  ThresholdedRelu: [unary("ThresholdedRelu", { single, corners: [1] }), unary("ThresholdedRelu", { single, corners: [0.3] }, { alpha: float(0.3) })],
}; // prettier-ignore
