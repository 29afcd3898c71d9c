/** @file Cases of the operators that every network has. */
import { float, int, ints, text } from "#engine/onnx/graph-builder.ts";
import { binary, conv, pairs, unary, type Cases } from "./kinds.ts";

export const plainCases: Cases = {
  Abs: [unary("Abs", { corners: [0] })],
  Add: pairs.map((shapes) => binary("Add", shapes)),
  Clip: [
    {
      shapes: [[3, 4]],
      corners: [-1, 0.5],
      build: (builder, [x = ""]) => builder.node("Clip", [x, builder.scalar(-1, x), builder.scalar(0.5, x)]),
    },
    { shapes: [[7]], corners: [0.5], build: (builder, [x = ""]) => builder.node("Clip", [x, "", builder.scalar(0.5, x)]) },
    { shapes: [[7]], build: (builder, [x = ""]) => builder.node("Clip", [x]) },
  ],
  Concat: [
    { shapes: [[2, 3], [2, 1], [2, 2]], build: (builder, inputs) => builder.node("Concat", inputs, { axis: int(-1) }) },
    { shapes: [[2, 3], [1, 3]], build: (builder, inputs) => builder.node("Concat", inputs, { axis: int(0) }), version: 11 },
    { shapes: [[2, 3]], build: (builder, inputs) => builder.node("Concat", inputs, { axis: int(0) }) },
  ], // prettier-ignore
  Conv: [
    conv([2, 3, 5, 5], [4, 3, 3, 3], { pads: ints([1, 1, 1, 1]) }, true),
    conv([1, 2, 6, 5], [3, 2, 3, 2], { strides: ints([2, 1]), pads: ints([1, 0, 0, 1]) }),
    conv([1, 4, 5, 5], [4, 1, 3, 3], { group: int(4), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
    conv([1, 4, 4, 4], [6, 2, 1, 1], { group: int(2) }),
    conv([1, 1, 7, 7], [2, 1, 3, 3], { dilations: ints([2, 3]) }),
    conv([1, 1, 6, 7], [1, 1, 3, 3], { strides: ints([2, 2]), auto_pad: text("SAME_UPPER") }),
    conv([1, 1, 6, 7], [1, 1, 2, 4], { strides: ints([2, 3]), auto_pad: text("SAME_LOWER") }),
    conv([1, 2, 8], [3, 2, 3], { strides: ints([3]), pads: ints([0, 1]) }),
  ],
  BatchNormalization: [
    {
      shapes: [[2, 3, 2, 2], [3], [3]],
      single: true,
      build: (builder, [x = "", scale = "", bias = ""]) => {
        const [mean, variance] = [builder.constant("float32", [3], [0.5, -1, 0]), builder.constant("float32", [3], [0.5, 1, 4])];
        return builder.node("BatchNormalization", [x, scale, bias, mean, variance], { epsilon: float(1e-3) });
      },
    },
  ],
  GlobalAveragePool: [unary("GlobalAveragePool", { shapes: [[2, 3, 2, 4]], single: true })],
  Div: pairs.map((shapes) => binary("Div", shapes, { range: [0.5, 2] })),
  Erf: [unary("Erf", { single: true })],
  Exp: [unary("Exp")],
  Expand: [{ shapes: [[3, 1]], build: (builder, [x = ""]) => builder.node("Expand", [x, builder.list([2, 3, 4])]) }],
  Flatten: [unary("Flatten", { shapes: [[2, 3, 2]] }, { axis: int(2) })],
  Gemm: [
    { shapes: [[2, 3], [3, 4], [4]], build: (builder, inputs) => builder.node("Gemm", inputs) },
    { shapes: [[3, 2], [4, 3], [2, 1]], build: (builder, inputs) => builder.node("Gemm", inputs, { transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2) }) },
    { shapes: [[2, 3], [4, 3]], build: (builder, inputs) => builder.node("Gemm", inputs, { transB: int(1) }) },
    { shapes: [[3, 2], [3, 4]], build: (builder, inputs) => builder.node("Gemm", inputs, { transA: int(1) }) },
  ], // prettier-ignore
  HardSigmoid: [unary("HardSigmoid", { single: true, range: [-4, 4], corners: [-2.5, 2.5] })],
  Gelu: [unary("Gelu", { single: true, version: 20 }), unary("Gelu", { single: true, version: 20 }, { approximate: text("tanh") })],
  HardSwish: [unary("HardSwish", { single: true, range: [-5, 5], corners: [-3, 3] })],
  LogSoftmax: [unary("LogSoftmax", {}, { axis: int(0) }), unary("LogSoftmax", { shapes: [[2, 2, 3]], version: 11 }, { axis: int(1) })],
  Pad: [
    { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("Pad", [x, builder.list([1, 0, 0, 2])]) },
    { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("Pad", [x, builder.list([1, 2]), "", builder.list([-1])]), version: 18 },
  ],
  Slice: [
    {
      shapes: [[4, 5]],
      build: (builder, [x = ""]) => builder.node("Slice", [x, builder.list([1, -3]), builder.list([3, 2 ** 40]), builder.list([0, 1])]),
    },
    { shapes: [[4, 5]], build: (builder, [x = ""]) => builder.node("Slice", [x, builder.list([-9]), builder.list([-1])]) },
  ],
  Softmax: [
    unary("Softmax", { shapes: [[2, 3, 4]] }, { axis: int(1) }),
    unary("Softmax"),
    unary("Softmax", { shapes: [[2, 2, 3]], version: 11 }, { axis: int(1) }),
  ],
  Split: [
    {
      shapes: [[2, 6]],
      // The middle part counts for nothing.
      build: (builder, [x = ""]) => {
        const [first, , last] = builder.nodes("Split", [x, builder.list([2, 3, 1])], 3, { axis: int(-1) }) as [string, string, string];
        return builder.node("Mul", [first, last]);
      },
    },
  ],
  Identity: [unary("Identity")],
  LeakyRelu: [unary("LeakyRelu", { single: true, corners: [0] }, { alpha: float(0.2) })],
  Log: [unary("Log", { range: [0.5, 3] })],
  MatMul: [
    binary("MatMul", [[2, 3], [3, 4]]),
    binary("MatMul", [[5, 2, 3], [3, 4]]),
    binary("MatMul", [[2, 3], [5, 3, 4]]),
    binary("MatMul", [[2, 1, 2, 3], [3, 3, 2]]),
    binary("MatMul", [[3], [3, 4]]),
    binary("MatMul", [[2, 3], [3]]),
    binary("MatMul", [[5, 2, 3], [3]]),
    binary("MatMul", [[3], [3]]),
  ], // prettier-ignore
  Mul: pairs.map((shapes) => binary("Mul", shapes)),
  Neg: [unary("Neg")],
  Pow: [
    binary("Pow", [[2, 3], [3]], { range: [0.5, 2] }),
    // A square of negative numbers, as norms have it: the exponent is a constant.
    { shapes: [[4]], build: (builder, [x = ""]) => builder.node("Pow", [x, builder.scalar(2, x)]) },
  ], // prettier-ignore
  Reciprocal: [unary("Reciprocal", { range: [0.5, 2] })],
  ReduceMean: [
    unary("ReduceMean", { shapes: [[2, 3, 4]] }, { axes: ints([1, -1]) }),
    unary("ReduceMean", { shapes: [[2, 3, 4]] }, { axes: ints([0]), keepdims: int(0) }),
    unary("ReduceMean", { shapes: [[2, 3]] }),
    { shapes: [[2, 3, 4]], build: (builder, [x = ""]) => builder.node("ReduceMean", [x, builder.list([2])]), version: 18 },
  ],
  ReduceSum: [
    { shapes: [[2, 3, 4]], build: (builder, [x = ""]) => builder.node("ReduceSum", [x, builder.list([1])], { keepdims: int(0) }) },
    unary("ReduceSum", { shapes: [[2, 3]], version: 11 }, { axes: ints([1]) }),
    { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("ReduceSum", [x], { noop_with_empty_axes: int(1) }) },
  ],
  Relu: [unary("Relu", { corners: [0] })],
  Reshape: [{ shapes: [[2, 3, 2]], build: (builder, [x = ""]) => builder.node("Reshape", [x, builder.list([4, -1])]) }],
  Sigmoid: [unary("Sigmoid")],
  Softplus: [unary("Softplus", { single: true })],
  Sqrt: [unary("Sqrt", { range: [0.5, 3] })],
  Squeeze: [{ shapes: [[2, 1, 3]], build: (builder, [x = ""]) => builder.node("Squeeze", [x, builder.list([1])]) }],
  Sub: pairs.map((shapes) => binary("Sub", shapes)),
  Tanh: [unary("Tanh")],
  Transpose: [unary("Transpose", { shapes: [[2, 3, 4]] }, { perm: ints([2, 0, 1]) }), unary("Transpose", { shapes: [[2, 3]] })],
  Unsqueeze: [{ shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("Unsqueeze", [x, builder.list([0, -1])]) }],
  Where: [
    {
      shapes: [[2, 3], [3], [2, 1]],
      parameters: [1, 2],
      build: (builder, [x = "", a = "", b = ""]) => builder.node("Where", [builder.node("Greater", [x, builder.scalar(0, x)]), a, b]),
    },
  ], // prettier-ignore
};
