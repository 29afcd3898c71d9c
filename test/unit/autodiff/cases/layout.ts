/** @file Cases of operators that move, repeat, cut or leave out numbers, and of Einsum. */
import { float, int, text } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";
import { unary, type Cases } from "./kinds.ts";

function slice(shape: readonly number[], lists: readonly (readonly number[])[]): GradientCase {
  return { shapes: [shape], build: (builder, [x = ""]) => builder.node("Slice", [x, ...lists.map((list) => builder.list(list))]) };
}

function pad(shape: readonly number[], pads: readonly number[], mode: string, version = 18): GradientCase {
  return { shapes: [shape], version, build: (builder, [x = ""]) => builder.node("Pad", [x, builder.list(pads)], { mode: text(mode) }) };
}

function einsum(equation: string, shapes: readonly (readonly number[])[]): GradientCase {
  return { shapes, build: (builder, inputs) => builder.node("Einsum", inputs, { equation: text(equation) }) };
}

export const layoutCases: Cases = {
  Cast: [
    { shapes: [[2, 3]], single: true, build: (builder, [x = ""]) => builder.node("Cast", [builder.node("Cast", [x], { to: int(11) })], { to: int(1) }) },
    // Through whole numbers nothing comes back: only x itself counts.
    { shapes: [[2, 3]], range: [0.1, 0.9], build: (builder, [x = ""]) => builder.node("Mul", [x, builder.node("Cast", [builder.node("Cast", [builder.node("Add", [x, builder.scalar(2, x)])], { to: int(7) })], { to: int(11) })]) },
  ],
  CastLike: [{ shapes: [[2, 3]], single: true, build: (builder, [x = ""]) => builder.node("CastLike", [builder.node("CastLike", [x, builder.constant("float64", [], [0])]), x]) }],
  CumSum: [[0, 0], [0, 1], [1, 0], [1, 1]].map(([exclusive = 0, reverse = 0]) => ({
    shapes: [[2, 3, 2]],
    build: (builder, [x = ""]) => builder.node("CumSum", [x, builder.constant("int64", [], [exclusive === reverse ? 1 : -2])], { exclusive: int(exclusive), reverse: int(reverse) }),
  }) satisfies GradientCase),
  DepthToSpace: ["DCR", "CRD"].map((mode) => unary("DepthToSpace", { shapes: [[2, 8, 2, 3]] }, { blocksize: int(2), mode: text(mode) })),
  Dropout: [
    unary("Dropout"),
    { shapes: [[2, 3]], build: (builder, [x = ""]) => builder.node("Dropout", [x, builder.scalar(0.5, x), builder.constant("bool", [], [0])]) },
  ],
  Einsum: [
    einsum("bij,bjk->bik", [[2, 3, 4], [2, 4, 2]]),
    einsum("bhid,bhjd->bhij", [[2, 2, 3, 2], [2, 2, 4, 2]]),
    einsum("bhij,bjhd->bihd", [[2, 2, 3, 4], [2, 4, 2, 2]]),
    einsum("...ij,jk->...ik", [[2, 2, 3, 2], [2, 4]]),
    einsum("ij,ij->", [[2, 3], [2, 3]]),
    einsum("ij->ji", [[2, 3]]),
    einsum("ij->i", [[2, 3]]),
    einsum("ii->i", [[3, 3]]),
    einsum("ii", [[3, 3]]),
    einsum("i,j", [[2], [3]]),
    einsum("ab,bc,cd->ad", [[2, 3], [3, 2], [2, 2]]),
    einsum("ij,kl->i", [[2, 3], [2, 2]]),
    einsum("b i j , b j -> b i", [[2, 3, 4], [2, 4]]),
    einsum("...i,...i->...", [[2, 3, 4], [1, 3, 4]]),
  ],
  Pad: [
    pad([2, 3, 4], [0, 1, 2, 0, 0, 1], "edge"),
    pad([2, 3, 4], [0, 1, 2, 0, 2, 1], "reflect", 13),
    pad([2, 3], [1, 2, 0, 3], "wrap", 19),
    pad([4, 5], [-1, 2, 1, -2], "constant", 13),
  ],
  Slice: [
    slice([4, 5], [[0], [4], [0], [2]]),
    slice([4, 7], [[1, 0], [4, 7], [0, 1], [2, 3]]),
    slice([5, 3], [[-1], [-9], [0], [-1]]),
    slice([7, 2], [[5], [0], [0], [-2]]),
    slice([7, 2], [[9], [-9], [0], [-3]]),
    slice([2, 3, 4], [[1], [2], [-1], [1]]),
  ],
  SpaceToDepth: [unary("SpaceToDepth", { shapes: [[2, 2, 4, 6]] }, { blocksize: int(2) })],
  Tile: [[1, 1, 1], [2, 1, 3], [1, 2, 2]].map((repeats) => ({ shapes: [[2, 3, 1]], build: (builder, [x = ""]) => builder.node("Tile", [x, builder.list(repeats)]) }) satisfies GradientCase),
  Trilu: [
    unary("Trilu", { shapes: [[2, 3, 4]] }),
    { shapes: [[4, 3]], build: (builder, [x = ""]) => builder.node("Trilu", [x, builder.constant("int64", [], [-1])], { upper: int(0) }) },
  ],
  // Masks as attention has them: minus infinity added, or put in.
  Softmax: [
    {
      shapes: [[2, 3, 3]],
      build: (builder, [x = ""]) => builder.node("Softmax", [builder.node("Add", [x, builder.constant("float64", [3, 3], [0, -Infinity, -Infinity, 0, 0, -Infinity, 0, 0, 0])])]),
    },
    {
      shapes: [[2, 3]],
      build: (builder, [x = ""]) => builder.node("Softmax", [builder.node("Where", [builder.constant("bool", [3], [1, 0, 1]), x, builder.scalar(-Infinity, x)])]),
    },
  ],
  Relu: [
    // Roll, as Swin shifts its windows.
    {
      shapes: [[1, 4, 4, 2]],
      corners: [0],
      build: (builder, [x = ""]) => {
        const part = (start: number, end: number): string => builder.node("Slice", [x, builder.list([start]), builder.list([end]), builder.list([1])]);
        return builder.node("Relu", [builder.node("Concat", [part(1, 2 ** 40), part(0, 1)], { axis: int(1) })]);
      },
    },
  ],
  LeakyRelu: [unary("LeakyRelu", { single: true, corners: [0], version: 16 }, { alpha: float(0.1) })],
}; // prettier-ignore
