/** @file Cases of pools, transposed convolutions and resizing. */
import { float, int, ints, text, type Attributes } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";
import { unary, type Cases } from "./kinds.ts";

function pool(opType: string, shape: readonly number[], attributes: Attributes, version = 17): GradientCase {
  return unary(
    opType,
    { shapes: [shape], single: true, linear: opType === "AveragePool", distinct: true, range: [-4, 4], version },
    attributes,
  );
}

/** Windows that every pool slides. */
function windows(opType: string): GradientCase[] {
  return [
    pool(opType, [2, 2, 4, 6], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
    pool(opType, [1, 2, 7, 7], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    pool(opType, [1, 2, 5, 5], { kernel_shape: ints([3, 2]), pads: ints([1, 0, 1, 1]) }),
    pool(opType, [1, 2, 6, 5], { kernel_shape: ints([2, 3]), strides: ints([2, 3]) }),
    pool(opType, [1, 1, 6, 7], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), auto_pad: text("SAME_UPPER") }),
    pool(opType, [1, 1, 7, 7], { kernel_shape: ints([2, 2]), strides: ints([2, 3]), auto_pad: text("SAME_LOWER") }),
    pool(opType, [2, 3, 8], { kernel_shape: ints([3]), strides: ints([2]), pads: ints([0, 1]) }),
    pool(opType, [1, 1, 3, 4, 4], { kernel_shape: ints([2, 2, 2]), strides: ints([1, 2, 2]) }),
  ];
}

function transposed(image: readonly number[], weights: readonly number[], attributes: Attributes, bias = 0): GradientCase {
  const shapes = bias > 0 ? [image, weights, [bias]] : [image, weights];
  return {
    shapes,
    single: true,
    linear: true,
    range: [-1, 1],
    build: (builder, inputs) => builder.node("ConvTranspose", inputs, attributes),
  };
}

interface Resizing {
  readonly shape: readonly number[];
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly version?: number;
}

function resize({ shape, scales, sizes, attributes, version = 19 }: Resizing): GradientCase {
  const written = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "string") return [name, text(value)] as const;
    return [name, name === "cubic_coeff_a" ? float(value) : int(value)] as const;
  });
  return {
    shapes: [shape],
    single: true,
    linear: true,
    version,
    build: (builder, [x = ""]) => {
      const region = attributes["coordinate_transformation_mode"] === "tf_crop_and_resize" ? builder.constant("float32", [8], [0, 0, 0.1, 0.2, 1, 1, 0.8, 1.3]) : version < 13 ? builder.constant("float32", [0], []) : "";
      const none = version < 13 ? builder.constant("float32", [0], []) : "";
      const given = scales ? [builder.constant("float32", [scales.length], scales)] : [none, builder.list(sizes ?? [])];
      return builder.node("Resize", [x, region, ...given], Object.fromEntries(written));
    },
  };
} // prettier-ignore

const coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"];
const shape = [1, 2, 4, 5];

export const spatialCases: Cases = {
  AveragePool: [
    ...windows("AveragePool"),
    // As many pixels as its windows have, but not under them.
    pool("AveragePool", [1, 2, 4, 3], { kernel_shape: ints([2, 3]), strides: ints([2, 3]), pads: ints([0, 1, 0, 0]) }),
    pool("AveragePool", [1, 2, 5, 5], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), count_include_pad: int(1) }),
    pool("AveragePool", [1, 1, 6, 6], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1) }, 19),
    pool("AveragePool", [1, 1, 6, 6], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1), pads: ints([1, 1, 0, 0]), count_include_pad: int(1) }, 19),
    pool("AveragePool", [1, 1, 7, 6], { kernel_shape: ints([2, 3]), dilations: ints([2, 2]), strides: ints([2, 1]) }, 19),
  ],
  ConvTranspose: [
    transposed([1, 3, 3, 3], [3, 2, 3, 3], {}, 2),
    transposed([2, 2, 3, 4], [2, 3, 2, 3], { strides: ints([2, 1]), pads: ints([1, 0, 0, 1]) }),
    transposed([1, 4, 3, 3], [4, 1, 3, 3], { group: int(4), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 1]) }, 4),
    transposed([1, 4, 3, 2], [4, 3, 2, 2], { group: int(2), dilations: ints([2, 1]) }, 6),
    transposed([1, 1, 3, 3], [1, 1, 3, 3], { strides: ints([3, 2]), output_shape: ints([8, 6]) }),
    transposed([1, 1, 3, 3], [1, 2, 3, 3], { strides: ints([2, 2]), auto_pad: text("SAME_UPPER") }),
    transposed([1, 1, 3, 3], [1, 2, 3, 4], { strides: ints([2, 2]), auto_pad: text("SAME_LOWER") }),
    transposed([2, 2, 4], [2, 3, 3], { strides: ints([2]), output_padding: ints([1]) }),
    transposed([1, 1, 3, 3], [1, 1, 2, 2], { dilations: ints([3, 3]), strides: ints([3, 2]), output_padding: ints([2, 1]) }),
  ],
  GlobalLpPool: [1, 2, 3].map((p) => unary("GlobalLpPool", { shapes: [[2, 2, 3, 2]], single: true, corners: [0] }, { p: int(p) })),
  GlobalMaxPool: [unary("GlobalMaxPool", { shapes: [[2, 3, 2, 4]], single: true, distinct: true }), unary("GlobalMaxPool", { shapes: [[2, 3, 5]], single: true, distinct: true })],
  LpPool: [
    unary("LpPool", { shapes: [[1, 2, 4, 4]], single: true, range: [0.5, 2] }, { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
    unary("LpPool", { shapes: [[1, 2, 5, 5]], single: true, range: [0.5, 2] }, { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), p: int(3) }),
    unary("LpPool", { shapes: [[1, 1, 6]], single: true, corners: [0] }, { kernel_shape: ints([3]), p: int(1) }),
  ],
  MaxPool: [
    ...windows("MaxPool"),
    pool("MaxPool", [1, 1, 6, 6], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1) }),
    pool("MaxPool", [1, 1, 7, 6], { kernel_shape: ints([2, 3]), dilations: ints([2, 2]), strides: ints([2, 1]) }),
    // Two equal numbers in a window: the gradient goes to one of them, so their sum has it once.
    {
      shapes: [[1, 1, 3, 2]],
      single: true,
      distinct: true,
      build: (builder, [x = ""]) => builder.node("MaxPool", [builder.node("Concat", [x, x], { axis: int(3) })], { kernel_shape: ints([2, 3]) }),
    },
  ],
  Resize: [
    ...["nearest", "linear", "cubic"].flatMap((mode) =>
      coordinates.flatMap((each) => [
        resize({ shape, sizes: [1, 2, 7, 8], attributes: { mode, coordinate_transformation_mode: each } }),
        resize({ shape, scales: [1, 1, 0.6, 0.7], attributes: { mode, coordinate_transformation_mode: each } }),
      ]),
    ),
    ...["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((rounding) =>
      resize({ shape, scales: [1, 1, 1.5, 2.5], attributes: { mode: "nearest", nearest_mode: rounding } }),
    ),
    resize({ shape, scales: [1, 1, 2, 2], attributes: { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" } }),
    resize({ shape: [2, 3], scales: [3, 2], attributes: { mode: "nearest" }, version: 13 }),
    resize({ shape: [3, 4], sizes: [6, 3], attributes: { mode: "linear" }, version: 11 }),
    resize({ shape, scales: [1, 1, 2, 2], attributes: { mode: "cubic", cubic_coeff_a: -0.5 } }),
    resize({ shape, scales: [1, 1, 1.7, 0.8], attributes: { mode: "cubic", exclude_outside: 1 } }),
    resize({ shape: [1, 1, 8, 9], scales: [1, 1, 0.5, 0.4], attributes: { mode: "linear", antialias: 1 } }),
    resize({ shape: [1, 1, 8, 9], scales: [1, 1, 0.5, 0.4], attributes: { mode: "cubic", antialias: 1 } }),
    resize({ shape: [1, 1, 8, 9], sizes: [1, 1, 5, 12], attributes: { mode: "cubic", antialias: 1, exclude_outside: 1 } }),
    resize({ shape, sizes: [1, 2, 3, 4], attributes: { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize" } }),
    {
      shapes: [[1, 2, 4, 6]],
      single: true,
      version: 18,
      build: (builder, [x = ""]) => builder.node("Resize", [x, "", "", builder.list([6, 7])], { axes: ints([2, 3]), mode: text("linear"), keep_aspect_ratio_policy: text("not_larger") }),
    },
  ],
}; // prettier-ignore
