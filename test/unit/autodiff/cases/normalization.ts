/** @file Cases of normalisations. */
import { float, int, ints } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";
import { unary, type Cases } from "./kinds.ts";

function scaled(opType: string, shapes: readonly (readonly number[])[], more: Partial<GradientCase> = {}, attributes = {}): GradientCase {
  return { shapes, build: (builder, inputs) => builder.node(opType, inputs, attributes), ...more };
}

const single = true;

export const normalizationCases: Cases = {
  GroupNormalization: [
    scaled("GroupNormalization", [[2, 4, 3, 2], [4], [4]], { version: 21, single }, { num_groups: int(2) }),
    scaled("GroupNormalization", [[2, 6, 5], [6], [6]], { version: 21, single }, { num_groups: int(3), epsilon: float(0.01) }),
    scaled("GroupNormalization", [[2, 4, 2, 2], [2], [2]], { version: 18, single }, { num_groups: int(2) }),
  ],
  InstanceNormalization: [
    scaled("InstanceNormalization", [[2, 3, 2, 3], [3], [3]], { single }),
    scaled("InstanceNormalization", [[2, 3, 4], [3], [3]], { single, version: 11 }, { epsilon: float(0.1) }),
  ],
  LRN: [
    unary("LRN", { shapes: [[2, 5, 2, 2]], single }, { size: int(3), alpha: float(0.5) }),
    unary("LRN", { shapes: [[1, 6, 2, 1]], single }, { size: int(5), alpha: float(0.4), beta: float(0.5), bias: float(2) }),
  ],
  LayerNormalization: [
    scaled("LayerNormalization", [[2, 3, 4], [4], [4]]),
    scaled("LayerNormalization", [[2, 3, 4], [4], [4]], { single }),
    scaled("LayerNormalization", [[2, 3, 4], [4]], { single }, { epsilon: float(0.1) }),
    scaled("LayerNormalization", [[2, 3, 4], [3, 4], [3, 4]], { single }, { axis: int(1) }),
    scaled("LayerNormalization", [[2, 3, 2], [2, 3, 2], [2, 3, 2]], { single }, { axis: int(-3) }),
  ],
  LpNormalization: [
    unary("LpNormalization", { shapes: [[3, 4]] }),
    unary("LpNormalization", { shapes: [[2, 3, 2]] }, { axis: int(1) }),
    unary("LpNormalization", { shapes: [[3, 4]], corners: [0] }, { axis: int(0), p: int(1) }),
  ],
  MeanVarianceNormalization: [
    unary("MeanVarianceNormalization", { shapes: [[2, 3, 2, 2]], single }),
    unary("MeanVarianceNormalization", { shapes: [[2, 3, 4]], single }, { axes: ints([2]) }),
  ],
}; // prettier-ignore
