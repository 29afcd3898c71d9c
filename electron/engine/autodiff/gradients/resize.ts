/**
 * @file Resize and Upsample. Sizes are known, so resizing is a constant matrix along each axis and its gradient the transpose; where each pixel was
 * only repeated, a sum.
 */
import { floatOf, floatsOfAttribute, intOf, intsOf, textOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { noGradient, outputGradient, reduceSum, type Gradient, type GradientContext } from "../gradient.ts";
import { alongAxis, transposed, type Matrix } from "./along-axis.ts";
import { interpolationMatrix, type AxisResize } from "./interpolation.ts";

export const resize: Gradient = (context) => {
  const { node, builder } = context;
  const matrices = resizesOf({
    node,
    version: builder.version,
    from: builder.shapeOf(node.inputs[0] as string),
    to: builder.shapeOf(node.outputs[0] as string),
    numbersAt: (index) => builder.knownValues(node.inputs[index] ?? ""),
  })
    .map((axis, at) => ({ axis: at, matrix: interpolationMatrix(axis) ?? noGradient(node, `resizes in a way that is not known (${axis.coordinates})`) }))
    .filter(({ matrix }) => !isUnit(matrix)); // prettier-ignore
  const repeats = matrices.filter(({ matrix }) => isRepeat(matrix));
  // What shrinks the gradient most comes first.
  const others = matrices.filter(({ matrix }) => !isRepeat(matrix)).sort((one, other) => ratioOf(other.matrix) - ratioOf(one.matrix));
  const summed = sumRepeats(builder, outputGradient(context), new Map(repeats.map(({ axis, matrix }) => [axis, ratioOf(matrix)])));
  const gradient = others.reduce((g, { axis, matrix }) => alongAxis(builder, g, { axis, matrix: transposed(matrix) }), summed);
  return node.inputs.map((_, at) => (at === 0 ? gradient : null));
};

export interface ResizeNode {
  readonly node: GradientContext["node"];
  readonly version: number;
  /** Shapes of the picture and of the result. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The numbers of an input; null where it is left out. */
  numbersAt(index: number): readonly number[] | null;
}

/** One for each axis of the picture. */
export function resizesOf({ node, version, from, to, numbersAt }: ResizeNode): AxisResize[] {
  const rank = from.length;
  const isOld = node.opType === "Upsample" || version === 10;
  const axes = intsOf(node, "axes", null)?.map((axis) => axisOf(node, axis, rank)) ?? from.map((_, axis) => axis);
  const listAt = (index: number): readonly number[] => numbersAt(index) ?? [];
  const scales = floatsOfAttribute(node, "scales") ?? listAt(isOld ? 1 : 2);
  const scaleOf = scalesOf(node, { from, to, axes, scales, sizes: isOld ? [] : listAt(3) });
  const coordinates = textOf(node, "coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
  const region = coordinates === "tf_crop_and_resize" ? listAt(1) : [];
  return from.map((size, axis) => {
    const at = axes.indexOf(axis);
    return {
      from: size,
      to: to[axis] as number,
      scale: scaleOf[axis] as number,
      mode: textOf(node, "mode", "nearest") as AxisResize["mode"],
      coordinates,
      rounding: textOf(node, "nearest_mode", isOld ? "floor" : "round_prefer_floor"),
      cubicA: floatOf(node, "cubic_coeff_a", -0.75),
      excludesOutside: intOf(node, "exclude_outside", 0) === 1,
      antialias: intOf(node, "antialias", 0) === 1,
      region: [region[at] ?? 0, region[at + axes.length] ?? 1],
    };
  });
}

interface Sizes {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly axes: readonly number[];
  readonly scales: readonly number[];
  readonly sizes: readonly number[];
}

/** As given; else by the sizes, one for all axes where the picture keeps its proportions. */
function scalesOf(node: GradientContext["node"], { from, to, axes, scales, sizes }: Sizes): number[] {
  if (scales.length > 0) return from.map((_, axis) => scales[axes.indexOf(axis)] ?? 1);
  const policy = textOf(node, "keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return from.map((size, axis) => (to[axis] as number) / size);
  const ratios = axes.map((axis, at) => (sizes[at] as number) / (from[axis] as number));
  const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return from.map((_, axis) => (axes.includes(axis) ? ratio : 1));
}

function ratioOf(matrix: Matrix): number {
  return matrix.length / (matrix[0]?.length ?? 1);
}

function isUnit(matrix: Matrix): boolean {
  return ratioOf(matrix) === 1 && isRepeat(matrix);
}

/** Each pixel several times, all equally often. */
function isRepeat(matrix: Matrix): boolean {
  const ratio = ratioOf(matrix);
  return (
    Number.isInteger(ratio) &&
    matrix.every((row, place) => row.every((weight, from) => weight === (from === Math.floor(place / ratio) ? 1 : 0)))
  );
}

/** @param repeats axis -> how often each pixel stands there */
function sumRepeats(builder: GraphBuilder, g: string, repeats: ReadonlyMap<number, number>): string {
  if (repeats.size === 0) return g;
  const apart: number[] = [];
  const axes: number[] = [];
  const shape = builder.shapeOf(g).map((size, axis) => {
    const count = repeats.get(axis) ?? 1;
    apart.push(size / count);
    if (count > 1) {
      axes.push(apart.length);
      apart.push(count);
    }
    return size / count;
  });
  return builder.reshape(reduceSum(builder, builder.reshape(g, apart), axes), shape);
}
