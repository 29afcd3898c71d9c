import fc from "fast-check";
import { expect, test } from "vitest";

import { float, int, ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { compare, withEachLevel } from "./against-onnxruntime.ts";

/** A picture whose channels lie innermost, as convolutions make them. */
function picture(builder: GraphBuilder, shape: readonly number[] = [2, 5, 4, 3]): string {
  const channels = shape[1] as number;
  const [x, w] = [builder.input("picture", "float32", shape), builder.input("weights", "float32", [channels, channels, 1, 1])];
  return builder.node("Conv", [x, w]);
}

test.each([
  "Abs",
  "Neg",
  "Erf",
  "Tanh",
  "Sigmoid",
  "Relu",
  "Sign",
  "Floor",
  "Ceil",
  "Softplus",
  "Exp",
  "Cos",
  "Sin",
  "LeakyRelu",
  "HardSigmoid",
  "HardSwish",
  "Identity",
])("%s", async (opType) => {
  await withEachLevel(() =>
    compare({
      build: (builder) => [builder.node(opType, [builder.input("x", "float32", [7, 131])]), builder.node(opType, [picture(builder)])],
    }),
  );
});

test.each(["Sqrt", "Log", "Reciprocal"])("%s of positive numbers", async (opType) => {
  await compare({ build: (builder) => [builder.node(opType, [builder.input("x", "float32", [5, 77])])], range: [0.1, 4] });
});

test.each(["Add", "Sub", "Mul", "Div", "Max", "Min"])("%s broadcasts", async (opType) => {
  await compare({
    build: (builder) => {
      const x = picture(builder);
      const others = [[], [1], [3], [4, 1], [5, 1, 1], [2, 5, 4, 3], [2, 1, 1, 3], [6, 1, 5, 1, 3]].map((shape, at) => builder.input(`o${at}`, "float32", shape)); // prettier-ignore
      const fits = others.filter((name) => builder.shapeOf(name)[0] !== 6);
      return [
        ...fits.flatMap((other) => [builder.node(opType, [x, other]), builder.node(opType, [other, x])]),
        builder.node(opType, [others.at(-1) as string, others[4] as string]),
      ];
    },
    range: [0.5, 2],
  });
});

test("Gelu", async () => {
  await compare({ build: (builder) => [builder.node("Gelu", [builder.input("x", "float32", [4, 50])])], version: 20 });
});

test("powers", async () => {
  await compare({
    build: (builder) => {
      const x = builder.input("x", "float32", [3, 40]);
      return [builder.node("Pow", [x, builder.scalar(2, x)]), builder.node("Pow", [x, builder.input("y", "float32", [40])])];
    },
    range: [0.1, 2],
  });
});

test("comparisons, logic, Where and casts", async () => {
  await compare({
    build: (builder) => {
      const [a, b, whole] = [
        builder.input("a", "float32", [3, 5]),
        builder.input("b", "float32", [5]),
        builder.input("n", "int64", [3, 1]),
      ];
      const masks = ["Greater", "Less", "Equal", "GreaterOrEqual", "LessOrEqual"].map((opType) => builder.node(opType, [a, b]));
      const [first = "", second = ""] = masks;
      return [
        ...masks,
        builder.node("And", [first, builder.node("Not", [second])]),
        builder.node("Or", [first, second]),
        builder.node("Where", [first, a, b]),
        builder.node("Where", [second, whole, builder.constant("int64", [], [7])]),
        builder.node("Equal", [whole, builder.constant("int64", [5], [-2, -1, 0, 1, 2])]),
        builder.node("Mul", [whole, whole]),
        builder.node("Cast", [first], { to: int(1) }),
        builder.node("Cast", [a], { to: int(7) }),
        builder.node("Cast", [whole], { to: int(1) }),
        builder.node("Cast", [a], { to: int(9) }),
        builder.node("Clip", [a, builder.scalar(-0.5, a), builder.scalar(0.75, a)]),
        builder.node("Max", [a, b, builder.scalar(0.25, a)]),
        ...builder.training("ReluGradient", [a, builder.node("Sub", [a, b])], 1),
        ...builder.training("ClipGradient", [a, builder.node("Sub", [b, a])], 1, { min: float(-1), max: float(1) }),
      ];
    },
  });
});

test("NaN goes through Relu, Clip, Max and BatchNormalization", async () => {
  const data = Float32Array.from({ length: 48 }, (_, at) => (at === 17 ? Number.NaN : at - 20));
  await compare({
    build: (builder) => {
      const x = builder.input("x", "float32", [3, 16]);
      const ones = builder.constant("float32", [16], Array<number>(16).fill(1));
      const [y = ""] = builder.training("BatchNormalizationTraining", [x, ones, ones], 3);
      return [
        builder.node("Relu", [x]),
        builder.node("Max", [x, builder.scalar(0, x)]),
        builder.node("Relu", [builder.node("Slice", [y, builder.list([1]), builder.list([2]), builder.list([1])])]),
      ];
    },
    given: new Map([["x", { type: "float32", shape: [3, 16], data }]]),
  });
});

const permutations: readonly (readonly number[])[] = [[0, 1, 2, 3], [3, 1, 0, 2], [1, 0, 3, 2], [0, 2, 3, 1]]; // prettier-ignore

test("transposed, cut, reshaped, joined: any order of looks at the same memory", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("Transpose" as const), order: fc.constantFrom(...permutations) }),
    fc.record({ kind: fc.constant("Slice" as const), axis: fc.integer({ min: 0, max: 3 }), back: fc.boolean() }),
    fc.record({ kind: fc.constantFrom("Reshape" as const, "Concat" as const, "Split" as const, "Pad" as const, "Neg" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), fc.boolean(), (steps, isPicture) =>
      compare({
        build: (builder) => {
          let value = isPicture ? picture(builder, [2, 6, 4, 4]) : builder.input("x", "float32", [2, 6, 4, 4]);
          for (const each of steps) {
            const shape = builder.shapeOf(value);
            if (each.kind === "Transpose") value = builder.node("Transpose", [value], { perm: ints(each.order) });
            else if (each.kind === "Slice") {
              const size = shape[each.axis] as number;
              if (size < 2) continue;
              const [start, end, by] = each.back ? [-1, -(2 ** 31), -1] : [1, size, size > 3 ? 2 : 1];
              value = builder.node("Slice", [
                value,
                builder.list([start]),
                builder.list([end]),
                builder.list([each.axis]),
                builder.list([by]),
              ]);
            } else if (each.kind === "Reshape")
              value = builder.reshape(value, [shape[1] as number, shape[0] as number, (shape[2] as number) * (shape[3] as number), 1]);
            else if (each.kind === "Concat") value = builder.node("Concat", [value, builder.node("Neg", [value])], { axis: int(1) });
            else if (each.kind === "Split" && (shape[1] as number) % 2 === 0) {
              const [a = "", b = ""] = builder.nodes("Split", [value], 2, { axis: int(1) });
              value = builder.node("Add", [builder.node("Neg", [b]), a]);
            } else if (each.kind === "Pad") value = builder.node("Pad", [value, builder.list([0, 1, 0, 2, 1, 0, 0, 1])]);
            else value = builder.node("Neg", [value]);
          }
          return [builder.node("Identity", [value]), builder.node("Mul", [value, value])];
        },
      }),
    ),
    { numRuns: 60, seed: 21 },
  );
});

test("Expand, Squeeze, Unsqueeze, Flatten", async () => {
  await compare({
    build: (builder) => {
      const x = builder.input("x", "float32", [3, 1, 4]);
      const wide = builder.node("Expand", [x, builder.list([2, 3, 5, 4])]);
      return [
        wide,
        builder.node("Mul", [wide, wide]),
        builder.node("Squeeze", [x, builder.list([1])]),
        builder.node("Unsqueeze", [x, builder.list([0, 2])]),
        builder.node("Flatten", [wide], { axis: int(2) }),
      ];
    },
  });
});

test.each(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2", "ReduceL1"])("%s", async (opType) => {
  await withEachLevel(() =>
    compare({
      build: (builder) => {
        const values = [builder.input("x", "float32", [3, 70, 2, 9]), picture(builder)];
        return values.flatMap((value) =>
          [[0], [1], [3], [0, 2], [1, 3], [0, 1, 2, 3], [2, 3]].flatMap((axes) =>
            [0, 1].map((keep) =>
              opType === "ReduceSum"
                ? builder.node(opType, [value, builder.list(axes)], { keepdims: int(keep) })
                : builder.node(opType, [value], { axes: ints(axes), keepdims: int(keep) }),
            ),
          ),
        );
      },
    }),
  );
});

test("means over a picture, Softmax and its logarithm along any axis", async () => {
  await compare({
    build: (builder) => {
      const x = picture(builder);
      const softmaxes = [0, 1, 2, 3].flatMap((axis) =>
        ["Softmax", "LogSoftmax"].map((opType) => builder.node(opType, [x], { axis: int(axis) })),
      );
      return [builder.node("GlobalAveragePool", [x]), ...softmaxes];
    },
  });
});

test("matrix products: batched, broadcast, transposed", async () => {
  const product = fc.record({
    rows: fc.constantFrom(1, 3, 13, 60),
    depth: fc.constantFrom(1, 7, 64),
    columns: fc.constantFrom(1, 5, 32, 70),
    batches: fc.constantFrom<readonly (readonly number[])[]>([[], []], [[3], []], [[], [2]], [[2, 3], [2, 3]], [[2, 1], [1, 3]], [[1], [4]]), // prettier-ignore
    isTurned: fc.boolean(),
  });
  await withEachLevel(async () => {
    await fc.assert(
      fc.asyncProperty(product, ({ rows, depth, columns, batches: [one = [], other = []], isTurned }) =>
        compare({
          build: (builder) => {
            const a = builder.input("a", "float32", [...one, rows, depth]);
            const b = builder.input("b", "float32", isTurned ? [...other, columns, depth] : [...other, depth, columns]);
            const axes = other.map((_, axis) => axis);
            const turned = isTurned ? builder.node("Transpose", [b], { perm: ints([...axes, axes.length + 1, axes.length]) }) : b;
            return [builder.node("MatMul", [a, turned])];
          },
        }),
      ),
      { numRuns: 40, seed: 22 },
    );
  });
});

test("Gemm in all its forms", async () => {
  await compare({
    build: (builder) => {
      const [a, b, c] = [
        builder.input("a", "float32", [6, 9]),
        builder.input("b", "float32", [9, 11]),
        builder.input("c", "float32", [11]),
      ];
      const [turnedA, turnedB] = [builder.input("ta", "float32", [9, 6]), builder.input("tb", "float32", [11, 9])];
      return [
        builder.node("Gemm", [a, b]),
        builder.node("Gemm", [a, b, c], { alpha: float(0.5), beta: float(3) }),
        builder.node("Gemm", [turnedA, turnedB, c], { transA: int(1), transB: int(1) }),
      ];
    },
  });
});

test("BatchNormalization at rest", async () => {
  await compare({
    build: (builder) => {
      const x = picture(builder);
      const numbers = ["scale", "bias", "mean", "variance"].map((name) => builder.input(name, "float32", [5]));
      return [builder.node("BatchNormalization", [x, ...numbers]), x];
    },
    range: [0.5, 2],
  });
});

test("LayerNormalization over the last axis, over two, without a shift", async () => {
  await compare({
    build: (builder) => {
      const x = builder.input("x", "float32", [3, 7, 20]);
      const [scale, bias, wide] = [
        builder.input("s", "float32", [20]),
        builder.input("b", "float32", [20]),
        builder.input("w", "float32", [7, 20]),
      ];
      return [
        ...builder.nodes("LayerNormalization", [x, scale, bias], 3, { epsilon: float(1e-3) }),
        builder.node("LayerNormalization", [x, wide], { axis: int(1) }),
      ];
    },
  });
});

test("what has no kernel goes to ONNX Runtime between the others", async () => {
  await compare({
    build: (builder) => {
      const x = builder.node("Neg", [builder.input("x", "float32", [4, 6])]);
      const best = builder.node("ArgMax", [x], { axis: int(1), keepdims: int(1) });
      const taken = builder.node("GatherElements", [x, best], { axis: int(1) });
      return [builder.node("Mul", [taken, x]), best];
    },
    fallbacks: ["ArgMax", "GatherElements"],
  });
});

test("an operator that nobody has is refused by name", async () => {
  await expect(compare({ build: (builder) => [builder.node("Exp", [builder.input("x", "float64", [3])])] })).rejects.toMatchObject({
    code: "executor-unsupported",
  });
});
