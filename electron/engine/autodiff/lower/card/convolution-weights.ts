/**
 * @file The gradient of a convolution by its weights for graphics cards. Depthwise: a convolution of each picture's channel with its gradient as the kernel. Otherwise
 * products of matrices, as in the common form, but of several pictures at once: a product per picture writes as many sets of weights as there are pictures, only to add
 * them up (of 512 channels and 256 pictures: a quarter of a gigabyte for each place of the kernel).
 */
import { intOf } from "../../../onnx/attributes.ts";
import { int, ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { convolutionWindow, reachOf, type Window } from "../../../onnx/shapes/spatial.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceSum } from "../../gradient.ts";
import { places } from "../convolution-weights.ts";
import type { LoweringContext, PartialLowering } from "../lower.ts";

export const convolutionWeightGradient: PartialLowering = (context) => {
  const { builder, node, inputs } = context;
  const [x, g] = inputs as [string, string];
  const groups = intOf(node, "group", 1);
  const window = convolutionWindow(node, builder.shapeOf(x), []);
  if (window.kernel.length !== 2) return null;
  if (groups === builder.shapeOf(x)[1] && groups === builder.shapeOf(g)[1]) return depthwise(context, window);
  if (groups !== 1) return null;
  return [isTiling(builder.shapeOf(x), window) ? byTiles(builder, { x, g }, window) : byProducts(builder, { x, g }, window)];
};

/**
 * dW[c, i, j] = sum over n, h, w of x[n, c, s h + d i, s w + d j] g[n, c, h, w]: with every channel of every picture a group of its own that is a convolution whose kernel
 * is g; stride and dilation have changed places.
 */
function depthwise({ builder, inputs }: LoweringContext, window: Window): readonly string[] {
  const { kernel, strides, dilations, pads } = window;
  const [x, g] = inputs as [string, string];
  const [batch = 1, channels = 1, ...sizes] = builder.shapeOf(x);
  const steps = builder.shapeOf(g).slice(2);
  // Pixels that no window reaches are left out: a negative pad, which Conv knows not.
  const used = sizes.map((size, at) => {
    const last = ((steps[at] as number) - 1) * (strides[at] as number);
    return { size, end: last + reachOf(window, at) - size - (pads[at] as number) };
  });
  const wanted = used.map(({ size, end }) => size + Math.min(0, end));
  const cut = used.some(({ end }) => end < 0)
    ? builder.node("Slice", [x, builder.list([0, 0]), builder.list(wanted), builder.list([2, 3])])
    : x;
  const taps = builder.node(
    "Conv",
    [builder.reshape(cut, [1, batch * channels, ...wanted]), builder.reshape(g, [batch * channels, 1, ...steps])],
    {
      group: int(batch * channels),
      strides: ints(dilations),
      dilations: ints(strides),
      pads: ints([...pads.slice(0, 2), ...used.map(({ end }) => Math.max(0, end))]),
    },
  );
  const sum = sumOfFirst(builder, builder.reshape(taps, [batch, channels * elementCount(kernel)]));
  return [builder.reshape(sum, [channels, 1, ...kernel])];
}

/** Whether the windows lie side by side and leave nothing out, as those of a transformer's first layer do. */
function isTiling([, , ...sizes]: readonly number[], { kernel, strides, dilations, pads }: Window): boolean {
  return kernel.every(
    (size, at) =>
      size > 1 && strides[at] === size && dilations[at] === 1 && (sizes[at] as number) % size === 0 && pads[at] === 0 && pads[at + 2] === 0,
  );
}

/** [O, tiles] times [tiles, C * kernel]. */
function byTiles(builder: GraphBuilder, { x, g }: { x: string; g: string }, { kernel }: Window): string {
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const [, outputs = 1, rows = 1, columns = 1] = builder.shapeOf(g);
  const [high = 1, wide = 1] = kernel;
  const cut = builder.reshape(x, [batch, channels, rows, high, columns, wide]);
  const tiles = builder.reshape(builder.node("Transpose", [cut], { perm: ints([0, 2, 4, 1, 3, 5]) }), [
    batch * rows * columns,
    channels * high * wide,
  ]);
  const gradient = builder.reshape(
    builder.node("Transpose", [builder.reshape(g, [batch, outputs, rows * columns])], { perm: ints([1, 0, 2]) }),
    [outputs, batch * rows * columns],
  );
  return builder.reshape(builder.node("MatMul", [gradient, tiles]), [outputs, channels, ...kernel]);
}

/** For each place of the kernel: [O, pixels] times [pixels, C], some pictures at a time, and the sum of those. */
function byProducts(builder: GraphBuilder, { x, g }: { x: string; g: string }, { kernel, strides, dilations, pads }: Window): string {
  const [batch = 1, channels = 1, ...sizes] = builder.shapeOf(x);
  const [, outputs = 1, ...steps] = builder.shapeOf(g);
  const pixels = elementCount(steps);
  const parts = partsOf(batch, Math.ceil(outputs / tile) * Math.ceil(channels / tile));
  const together = batch / parts;
  // Channels last, so that the pixels of several pictures are one list.
  const last = builder.node("Transpose", [x], { perm: ints([0, 2, 3, 1]) });
  const padded = pads.every((size) => size === 0)
    ? last
    : builder.node("Pad", [last, builder.list([0, ...pads.slice(0, 2), 0, 0, ...pads.slice(2), 0])]);
  const gradient =
    together === 1
      ? builder.reshape(g, [batch, outputs, pixels])
      : builder.reshape(builder.node("Transpose", [builder.reshape(g, [parts, together, outputs, pixels])], { perm: ints([0, 2, 1, 3]) }), [
          parts,
          outputs,
          together * pixels,
        ]);
  const isWhole = kernel.every((size, at) => size === 1 && strides[at] === 1 && sizes[at] === steps[at]);
  const products = places(kernel).map((place) => {
    const starts = place.map((at, axis) => at * (dilations[axis] as number));
    const ends = starts.map((start, axis) => start + ((steps[axis] as number) - 1) * (strides[axis] as number) + 1);
    const seen = isWhole
      ? padded
      : builder.node("Slice", [padded, builder.list(starts), builder.list(ends), builder.list([1, 2]), builder.list(strides)]);
    return builder.node("MatMul", [gradient, builder.reshape(seen, [parts, together * pixels, channels])]);
  });
  const joined = products.length === 1 ? (products[0] as string) : builder.node("Concat", products, { axis: int(2) });
  const count = elementCount(kernel);
  const sum = builder.reshape(sumOfFirst(builder, builder.reshape(joined, [parts, outputs * count * channels])), [
    outputs,
    count,
    channels,
  ]);
  return builder.reshape(count === 1 ? sum : builder.node("Transpose", [sum], { perm: ints([0, 2, 1]) }), [outputs, channels, ...kernel]);
}

/** Numbers in a row or column that a group of threads makes of a product. */
const tile = 32;

/** Groups of threads that occupy a large card. */
const enough = 512;

/** Into how many products the pictures are split: as few as still make work for all of a card. */
function partsOf(batch: number, tiles: number): number {
  const wanted = Math.ceil(enough / tiles);
  for (let parts = 1; parts < batch; parts++) if (batch % parts === 0 && parts >= wanted) return parts;
  return batch;
}

/** [n, m] -> [m]. Of many rows by a product with ones: a reduction of the first axis would turn the matrix round. */
function sumOfFirst(builder: GraphBuilder, rows: string): string {
  const [count = 1, length = 1] = builder.shapeOf(rows);
  if (count === 1) return builder.reshape(rows, [length]);
  if (count < manyRows) return builder.reshape(reduceSum(builder, rows, [0]), [length]);
  const { elementType } = builder.typeOf(rows);
  const ones = builder.constant(elementType, [1, count], Array<number>(count).fill(1));
  return builder.reshape(builder.node("MatMul", [ones, rows]), [length]);
}

/** Fewer are reduced by one thread for each result, as they lie. */
const manyRows = 32;
