/** @file Cases of operators that take numbers from places, or put them there. */
import { int, text, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";
import type { Cases } from "./kinds.ts";

/** Places that are known only when the graph runs: more than a folded constant may hold stands before them. */
function late(builder: GraphBuilder, shape: readonly number[], values: readonly number[]): string {
  const x = "x0";
  // 0 times the first number, as whole numbers.
  const flat = builder.node("Reshape", [x, builder.list([-1])]);
  const first = builder.node("Slice", [flat, builder.list([0]), builder.list([1])]);
  const none = builder.node("Cast", [builder.node("Mul", [first, builder.scalar(0, x)])], { to: int(7) });
  return builder.node("Add", [builder.constant("int64", shape, values), none]);
}

interface Taking {
  readonly shape: readonly number[];
  readonly places: readonly number[];
  readonly values: readonly number[];
  readonly attributes?: Parameters<GraphBuilder["node"]>[2];
}

/** With places known and not, with and without a scatter that adds. */
function taking(opType: string, { shape, places, values, attributes = {} }: Taking): GradientCase[] {
  const built = (isLate: boolean, version: number): GradientCase => ({
    shapes: [shape],
    version,
    build: (builder, [x = ""]) => builder.node(opType, [x, isLate ? late(builder, places, values) : builder.constant("int64", places, values)], attributes),
  }); // prettier-ignore
  return [built(false, 17), built(true, 17), built(true, 13), built(false, 13)];
}

/** data, then updates; places known. */
function putting(opType: string, { shape, places, values, attributes = {} }: Taking, updates: readonly number[]): GradientCase {
  return {
    shapes: [shape, updates],
    version: 18,
    build: (builder, [x = "", u = ""]) => builder.node(opType, [x, builder.constant("int64", places, values), u], attributes),
  };
}

export const indexingCases: Cases = {
  Gather: [
    ...taking("Gather", { shape: [4, 3], places: [5], values: [0, 3, -1, 0, 2] }),
    ...taking("Gather", { shape: [2, 4, 3], places: [2, 2], values: [1, 1, -4, 3], attributes: { axis: int(1) } }),
    ...taking("Gather", { shape: [2, 3, 4], places: [], values: [-1], attributes: { axis: int(-1) } }),
    ...taking("Gather", { shape: [2, 5, 3], places: [3], values: [1, 2, 3], attributes: { axis: int(1) } }),
    { shapes: [[3, 2]], build: (builder, [x = ""]) => builder.node("Gather", [x, builder.constant("int32", [2], [2, 2])]) },
    // Too many for a matrix: a table of relative positions.
    {
      shapes: [[9, 2]],
      build: (builder, [x = ""]) =>
        builder.node("Gather", [x, builder.constant("int64", [30, 20], Array.from({ length: 600 }, (_, at) => (at * 7) % 9))]),
    },
  ],
  GatherElements: [
    ...taking("GatherElements", { shape: [3, 4], places: [2, 4], values: [0, 2, -1, 0, 1, 2, 2, 0] }),
    ...taking("GatherElements", { shape: [2, 3, 2], places: [2, 2, 2], values: [0, 1, 2, -3, 1, 1, 0, 2], attributes: { axis: int(1) } }),
    ...taking("GatherElements", { shape: [2, 3], places: [2, 4], values: [0, 0, 1, 2, -1, 1, 1, 1], attributes: { axis: int(-1) } }),
  ],
  GatherND: [
    ...taking("GatherND", { shape: [3, 4], places: [4, 2], values: [0, 1, 2, 3, 0, 1, -1, -2] }),
    ...taking("GatherND", { shape: [3, 4, 2], places: [2, 2, 1], values: [2, 0, 0, -1] }),
    ...taking("GatherND", { shape: [2, 3, 4], places: [2, 2, 1], values: [2, 0, 1, 1], attributes: { batch_dims: int(1) } }),
    ...taking("GatherND", { shape: [2, 2, 3, 2], places: [2, 2, 1], values: [2, 0, 1, -1], attributes: { batch_dims: int(2) } }),
  ],
  ScatterElements: [
    putting("ScatterElements", { shape: [3, 4], places: [2, 3], values: [0, 1, 2, 2, 0, -3] }, [2, 3]),
    putting("ScatterElements", { shape: [2, 5], places: [2, 2], values: [0, 3, 4, -4], attributes: { axis: int(1) } }, [2, 2]),
    putting("ScatterElements", { shape: [2, 5], places: [2, 3], values: [0, 3, 3, 1, 1, 1], attributes: { axis: int(-1), reduction: text("add") } }, [2, 3]),
  ],
  ScatterND: [
    putting("ScatterND", { shape: [4, 3], places: [2, 1], values: [3, 1] }, [2, 3]),
    putting("ScatterND", { shape: [2, 3, 2], places: [3, 2], values: [0, 1, 1, 2, -2, -3] }, [3, 2]),
    putting("ScatterND", { shape: [4], places: [3, 1], values: [1, 1, 2], attributes: { reduction: text("add") } }, [3]),
  ],
  TopK: [
    {
      shapes: [[3, 5]],
      distinct: true,
      build: (builder, [x = ""]) => builder.nodes("TopK", [x, builder.list([2])], 2)[0] as string,
    },
    {
      shapes: [[4, 2, 3]],
      distinct: true,
      build: (builder, [x = ""]) => builder.nodes("TopK", [x, builder.list([3])], 2, { axis: int(0), largest: int(0) })[0] as string,
    },
  ],
}; // prettier-ignore
