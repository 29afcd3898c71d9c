/**
 * @file Gradients against those that TensorFlow gives the same operator, on the same random numbers. It keeps pictures as [batch, height, width,
 * channels]; the turning stands inside what is differentiated, so the gradients compared are ours, in our order. Left out is what TensorFlow.js
 * itself has no gradient for (Einsum, dilations: here of a kernel with gaps) or gets wrong: averages over padding, mirrored padding, sums along an
 * inner axis, half pixels, broadcast maxima. Differences judge those.
 */
import * as tf from "@tensorflow/tfjs";
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { beforeAll, expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder, float, int, ints, text, type Attributes } from "#engine/onnx/graph-builder.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { asModel } from "./check-gradient.ts";

interface Comparison {
  readonly shapes: readonly (readonly number[])[];
  readonly ours: (builder: GraphBuilder, inputs: readonly string[]) => string;
  readonly theirs: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly range?: readonly [number, number];
  readonly version?: number;
}

const toPixels = (x: tf.Tensor): tf.Tensor4D => tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
const toChannels = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2]);

function unary(
  opType: string,
  theirs: (x: tf.Tensor) => tf.Tensor,
  more: Partial<Comparison> = {},
  attributes: Attributes = {},
): Comparison {
  return {
    shapes: [[3, 5]],
    ours: (builder, [x = ""]) => builder.node(opType, [x], attributes),
    theirs: theirs as Comparison["theirs"],
    ...more,
  };
}

function binary(opType: string, theirs: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, more: Partial<Comparison> = {}): Comparison[] {
  return [[[3, 4], [3, 4]], [[2, 3, 4], [4]], [[3, 1], [2, 1, 4]]].map((shapes) => ({
    shapes,
    ours: (builder, inputs) => builder.node(opType, inputs),
    theirs: theirs as Comparison["theirs"],
    ...more,
  }));
} // prettier-ignore

interface Sliding {
  readonly image: readonly number[];
  readonly kernel: readonly [number, number];
  readonly outputs?: number;
  readonly strides?: [number, number];
  readonly dilations?: [number, number];
  readonly pads?: readonly [number, number, number, number];
}

/** Weights [a, b, height, width] with zeros between, as a dilated window sees them. */
function withGaps(weights: tf.Tensor, [down, right]: readonly [number, number]): tf.Tensor {
  const [a = 1, b = 1, height = 1, width = 1] = weights.shape;
  const apart = tf.pad(tf.reshape(weights, [a * b, height, 1, width, 1]), [[0, 0], [0, 0], [0, down - 1], [0, 0], [0, right - 1]]);
  const wide = tf.reshape(apart, [a, b, height * down, width * right]);
  return tf.slice(wide, [0, 0, 0, 0], [a, b, (height - 1) * down + 1, (width - 1) * right + 1]);
} // prettier-ignore

/** Explicit padding as TensorFlow writes it: [[0, 0], [top, bottom], [left, right], [0, 0]]. */
function explicit(pads: readonly number[]): [[number, number], [number, number], [number, number], [number, number]] {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
} // prettier-ignore

function conv({ image, kernel, outputs = 4, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] }: Sliding): Comparison {
  return {
    shapes: [image, [outputs, image[1] as number, ...kernel]],
    ours: (builder, inputs) => builder.node("Conv", inputs, { strides: ints(strides), dilations: ints(dilations), pads: ints(pads) }),
    theirs: (x, weights) =>
      toChannels(tf.conv2d(tf.pad(toPixels(x as tf.Tensor), explicit(pads)), tf.transpose(withGaps(weights as tf.Tensor, dilations), [2, 3, 1, 0]) as tf.Tensor4D, strides, "valid")),
  };
} // prettier-ignore

function depthwise({ image, kernel, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] }: Sliding): Comparison {
  const channels = image[1] as number;
  return {
    shapes: [image, [channels, 1, ...kernel]],
    ours: (builder, inputs) =>
      builder.node("Conv", inputs, { group: int(channels), strides: ints(strides), dilations: ints(dilations), pads: ints(pads) }),
    theirs: (x, weights) =>
      toChannels(tf.depthwiseConv2d(tf.pad(toPixels(x as tf.Tensor), explicit(pads)), tf.transpose(withGaps(weights as tf.Tensor, dilations), [2, 3, 0, 1]) as tf.Tensor4D, strides, "valid")),
  };
} // prettier-ignore

function transposedConv({ image, kernel, outputs = 3, strides = [1, 1] }: Sliding): Comparison {
  const [batch = 1, channels = 1, height = 1, width = 1] = image;
  const size = [(height - 1) * strides[0] + kernel[0], (width - 1) * strides[1] + kernel[1]] as const;
  return {
    shapes: [image, [channels, outputs, ...kernel]],
    ours: (builder, inputs) => builder.node("ConvTranspose", inputs, { strides: ints(strides) }),
    theirs: (x, weights) =>
      toChannels(tf.conv2dTranspose(toPixels(x as tf.Tensor), tf.transpose(weights as tf.Tensor, [2, 3, 1, 0]) as tf.Tensor4D, [batch, ...size, outputs], strides, "valid")),
  };
} // prettier-ignore

function pool(
  opType: "AveragePool" | "MaxPool",
  kernel: [number, number],
  strides: [number, number],
  padding: "same" | "valid",
): Comparison {
  const slide = opType === "MaxPool" ? tf.maxPool : tf.avgPool;
  const attributes = { kernel_shape: ints(kernel), strides: ints(strides), auto_pad: text(padding === "same" ? "SAME_UPPER" : "VALID") };
  return {
    shapes: [[2, 3, 7, 8]],
    ours: (builder, inputs) => builder.node(opType, inputs, attributes),
    theirs: (x) => toChannels(slide(toPixels(x as tf.Tensor), kernel, strides, padding)),
  };
}

function reduction(opType: string, theirs: (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor): Comparison[] {
  return [true, false].map((keep) => ({
    shapes: [[3, 4, 2]],
    range: [0.3, 2],
    version: 18,
    ours: (builder, [x = ""]) => builder.node(opType, [x, builder.list([0, 2])], { keepdims: int(keep ? 1 : 0) }),
    theirs: (x) => theirs(x as tf.Tensor, [0, 2], keep),
  }));
}

function resize(mode: "nearest" | "linear", sizes: [number, number], coordinates: "align_corners" | "asymmetric"): Comparison {
  // Their corners are aligned to the nearest with halves up.
  const rounding = coordinates === "asymmetric" ? "floor" : "round_prefer_ceil";
  const attributes = { mode: text(mode), coordinate_transformation_mode: text(coordinates), nearest_mode: text(rounding) };
  const theirs = mode === "nearest" ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
  return {
    // One square picture: of several, or of others, their gradient reads the wrong pixels.
    shapes: [[1, 3, 5, 5]],
    ours: (builder, [x = ""]) => builder.node("Resize", [x, "", "", builder.list([1, 3, ...sizes])], attributes),
    theirs: (x) => toChannels(theirs(toPixels(x as tf.Tensor), sizes, coordinates === "align_corners")),
  };
}

const number = (value: number): tf.Tensor => tf.scalar(value);

const comparisons: Record<string, readonly Comparison[]> = {
  abs: [unary("Abs", tf.abs)],
  acos: [unary("Acos", tf.acos, { range: [-0.9, 0.9] })],
  acosh: [unary("Acosh", tf.acosh, { range: [1.2, 3] })],
  add: binary("Add", tf.add),
  addN: [{ shapes: [[2, 3], [2, 3], [2, 3]], ours: (builder, inputs) => builder.node("Sum", inputs), theirs: (...all) => tf.addN(all) }],
  asin: [unary("Asin", tf.asin, { range: [-0.9, 0.9] })],
  asinh: [unary("Asinh", tf.asinh)],
  atan: [unary("Atan", tf.atan)],
  atanh: [unary("Atanh", tf.atanh, { range: [-0.9, 0.9] })],
  avgPool: [pool("AveragePool", [2, 2], [2, 2], "valid"), pool("AveragePool", [3, 3], [2, 2], "valid"), pool("AveragePool", [3, 2], [1, 2], "valid")],
  batchNorm: [
    {
      shapes: [[2, 3, 4, 2], [3], [3]],
      ours: (builder, [x = "", scale = "", bias = ""]) =>
        builder.node("BatchNormalization", [x, scale, bias, builder.constant("float32", [3], [0.1, -0.4, 1]), builder.constant("float32", [3], [0.5, 1, 2])], { epsilon: float(1e-3) }),
      theirs: (x, scale, bias) =>
        toChannels(tf.batchNorm(toPixels(x as tf.Tensor), tf.tensor1d([0.1, -0.4, 1]), tf.tensor1d([0.5, 1, 2]), bias as tf.Tensor1D, scale as tf.Tensor1D, 1e-3)),
    },
  ],
  clipByValue: [{ shapes: [[4, 5]], ours: (builder, [x = ""]) => builder.node("Clip", [x, builder.scalar(-0.5, x), builder.scalar(1, x)]), theirs: (x) => tf.clipByValue(x as tf.Tensor, -0.5, 1) }],
  concat: [{ shapes: [[2, 3], [2, 1], [2, 2]], ours: (builder, inputs) => builder.node("Concat", inputs, { axis: int(-1) }), theirs: (...all) => tf.concat(all, 1) }],
  conv2d: [
    conv({ image: [2, 3, 6, 5], kernel: [3, 3], pads: [1, 1, 1, 1] }),
    conv({ image: [1, 2, 7, 8], kernel: [3, 2], strides: [2, 3], pads: [1, 0, 0, 2] }),
    conv({ image: [2, 3, 9, 8], kernel: [3, 3], dilations: [2, 3] }),
    conv({ image: [2, 5, 4, 4], kernel: [1, 1], strides: [2, 2] }),
  ],
  conv2dTranspose: [
    transposedConv({ image: [2, 3, 4, 3], kernel: [3, 3] }),
    transposedConv({ image: [1, 2, 4, 5], kernel: [3, 2], strides: [2, 2] }),
    transposedConv({ image: [1, 2, 3, 3], kernel: [2, 2], strides: [2, 3] }),
  ],
  cos: [unary("Cos", tf.cos)],
  cosh: [unary("Cosh", tf.cosh)],
  cumsum: [[false, false], [true, false], [false, true], [true, true]].map(([exclusive = false, reverse = false]) => ({
    shapes: [[2, 4, 3]],
    ours: (builder, [x = ""]) => builder.node("CumSum", [x, builder.constant("int64", [], [-1])], { exclusive: int(Number(exclusive)), reverse: int(Number(reverse)) }),
    theirs: (x) => tf.cumsum(x as tf.Tensor, 2, exclusive, reverse),
  })),
  depthwiseConv2d: [
    depthwise({ image: [2, 3, 6, 5], kernel: [3, 3], pads: [1, 1, 1, 1] }),
    depthwise({ image: [1, 4, 7, 7], kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }),
    depthwise({ image: [1, 2, 7, 7], kernel: [2, 3], dilations: [2, 2] }),
  ],
  div: binary("Div", tf.div, { range: [0.5, 2] }),
  elu: [unary("Elu", tf.elu)],
  erf: [unary("Erf", tf.erf)],
  exp: [unary("Exp", tf.exp)],
  gather: [0, 1].map((axis) => ({
    shapes: [[4, 5, 2]],
    ours: (builder, [x = ""]) => builder.node("Gather", [x, builder.constant("int64", [4], [3, 0, 3, 1])], { axis: int(axis) }),
    theirs: (x) => tf.gather(x as tf.Tensor, tf.tensor1d([3, 0, 3, 1], "int32"), axis),
  })),
  layerNorm: [
    {
      shapes: [[3, 6], [6], [6]],
      ours: (builder, inputs) => builder.node("LayerNormalization", inputs, { epsilon: float(1e-3) }),
      theirs: (x, scale, bias) => {
        const { mean, variance } = tf.moments(x as tf.Tensor, 1, true);
        const normal = tf.div(tf.sub(x as tf.Tensor, mean), tf.sqrt(tf.add(variance, number(1e-3))));
        return tf.add(tf.mul(normal, scale as tf.Tensor), bias as tf.Tensor);
      },
    },
  ],
  leakyRelu: [unary("LeakyRelu", (x) => tf.leakyRelu(x, 0.2), {}, { alpha: float(0.2) })],
  localResponseNormalization: [
    {
      shapes: [[2, 6, 2, 3]],
      ours: (builder, [x = ""]) => builder.node("LRN", [x], { size: int(5), alpha: float(2.5), beta: float(0.75), bias: float(1) }),
      theirs: (x) => toChannels(tf.localResponseNormalization(toPixels(x as tf.Tensor), 2, 1, 0.5, 0.75)),
    },
  ],
  log: [unary("Log", tf.log, { range: [0.3, 3] })],
  logSoftmax: [unary("LogSoftmax", (x) => tf.logSoftmax(x))],
  logSumExp: reduction("ReduceLogSumExp", tf.logSumExp),
  matMul: [
    { shapes: [[3, 4], [4, 2]], ours: (builder, inputs) => builder.node("MatMul", inputs), theirs: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor) },
    { shapes: [[2, 3, 4], [2, 4, 2]], ours: (builder, inputs) => builder.node("MatMul", inputs), theirs: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor) },
    { shapes: [[4, 3], [2, 4]], ours: (builder, inputs) => builder.node("Gemm", inputs, { transA: int(1), transB: int(1) }), theirs: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, true, true) },
    { shapes: [[3, 4], [4, 2], [2]], ours: (builder, inputs) => builder.node("Gemm", inputs), theirs: (a, b, c) => tf.add(tf.matMul(a as tf.Tensor, b as tf.Tensor), c as tf.Tensor) },
  ],
  max: reduction("ReduceMax", tf.max),
  maxPool: [pool("MaxPool", [2, 2], [2, 2], "valid"), pool("MaxPool", [3, 3], [2, 2], "same"), pool("MaxPool", [3, 2], [1, 2], "valid")],
  maximum: binary("Max", tf.maximum).slice(0, 1),
  mean: reduction("ReduceMean", tf.mean),
  min: reduction("ReduceMin", tf.min),
  minimum: binary("Min", tf.minimum).slice(0, 1),
  mul: binary("Mul", tf.mul),
  neg: [unary("Neg", tf.neg)],
  norm: [unary("ReduceL2", (x) => tf.norm(x, 2, 1), {}, { axes: ints([1]), keepdims: int(0) })],
  pad: [{ shapes: [[3, 4]], ours: (builder, [x = ""]) => builder.node("Pad", [x, builder.list([1, 0, 0, 2])]), theirs: (x) => tf.pad(x as tf.Tensor, [[1, 0], [0, 2]]) }],
  pow: [...binary("Pow", tf.pow, { range: [0.4, 2] }), { shapes: [[3, 4]], ours: (builder, [x = ""]) => builder.node("Pow", [x, builder.scalar(3, x)]), theirs: (x) => tf.pow(x as tf.Tensor, number(3)) }],
  prelu: [{ shapes: [[3, 4], [4]], ours: (builder, inputs) => builder.node("PRelu", inputs), theirs: (x, slope) => tf.prelu(x as tf.Tensor, slope as tf.Tensor) }],
  prod: reduction("ReduceProd", tf.prod),
  reciprocal: [unary("Reciprocal", tf.reciprocal, { range: [0.5, 2] })],
  relu: [unary("Relu", tf.relu)],
  relu6: [{ shapes: [[3, 4]], range: [-8, 9], ours: (builder, [x = ""]) => builder.node("Clip", [x, builder.scalar(0, x), builder.scalar(6, x)]), theirs: (x) => tf.relu6(x as tf.Tensor) }],
  reshape: [{ shapes: [[2, 6]], ours: (builder, [x = ""]) => builder.node("Reshape", [x, builder.list([3, -1])]), theirs: (x) => tf.reshape(x as tf.Tensor, [3, 4]) }],
  resizeBilinear: [resize("linear", [7, 9], "asymmetric"), resize("linear", [3, 2], "asymmetric"), resize("linear", [8, 7], "align_corners")],
  resizeNearestNeighbor: [resize("nearest", [10, 10], "asymmetric"), resize("nearest", [8, 7], "asymmetric"), resize("nearest", [9, 3], "align_corners")],
  selu: [unary("Selu", tf.selu)],
  sigmoid: [unary("Sigmoid", tf.sigmoid)],
  sin: [unary("Sin", tf.sin)],
  sinh: [unary("Sinh", tf.sinh)],
  slice: [{ shapes: [[4, 5]], ours: (builder, [x = ""]) => builder.node("Slice", [x, builder.list([1, 0]), builder.list([3, 4])]), theirs: (x) => tf.slice(x as tf.Tensor, [1, 0], [2, 4]) }],
  softmax: [unary("Softmax", (x) => tf.softmax(x)), unary("Softmax", (x) => tf.softmax(x), { shapes: [[2, 3, 4]] })],
  softplus: [unary("Softplus", tf.softplus)],
  split: [{ shapes: [[2, 6]], ours: (builder, [x = ""]) => builder.nodes("Split", [x, builder.list([2, 3, 1])], 3, { axis: int(1) })[1] as string, theirs: (x) => tf.split(x as tf.Tensor, [2, 3, 1], 1)[1] as tf.Tensor }],
  sqrt: [unary("Sqrt", tf.sqrt, { range: [0.5, 2] })],
  square: [{ shapes: [[3, 4]], ours: (builder, [x = ""]) => builder.node("Pow", [x, builder.scalar(2, x)]), theirs: (x) => tf.square(x as tf.Tensor) }],
  sub: binary("Sub", tf.sub),
  sum: reduction("ReduceSum", tf.sum),
  tan: [unary("Tan", tf.tan, { range: [-1, 1] })],
  tanh: [unary("Tanh", tf.tanh)],
  tile: [{ shapes: [[2, 3]], ours: (builder, [x = ""]) => builder.node("Tile", [x, builder.list([2, 3])]), theirs: (x) => tf.tile(x as tf.Tensor, [2, 3]) }],
  transpose: [unary("Transpose", (x) => tf.transpose(x, [2, 0, 1]), { shapes: [[2, 3, 4]] }, { perm: ints([2, 0, 1]) })],
  where: [
    {
      shapes: [[2, 2], [2, 2]],
      ours: (builder, [a = "", b = ""]) => builder.node("Where", [builder.constant("bool", [2, 2], [1, 0, 0, 1]), a, b]),
      theirs: (a, b) => tf.where(tf.tensor2d([1, 0, 0, 1], [2, 2], "bool"), a as tf.Tensor, b as tf.Tensor),
    },
  ],
}; // prettier-ignore

beforeAll(async () => {
  await tf.setBackend("cpu");
});

test.each(Object.entries(comparisons))("%s", async (_, each) => {
  for (const [index, comparison] of each.entries()) await compare(comparison, index + 1);
});

async function compare({ shapes, ours, theirs, range = [-2, 2], version = 17 }: Comparison, seed: number): Promise<void> {
  const random = createRandom(seed);
  const [low, high] = range;
  const draw = (shape: readonly number[]): Float32Array =>
    Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * random.unit());
  const builder = new GraphBuilder(version);
  const names = shapes.map((shape, at) => builder.input(`x${at}`, "float32", shape));
  const y = ours(builder, names);
  const shape = builder.shapeOf(y);
  const inputs = shapes.map(draw);
  const upstream = draw(shape);
  const weights = builder.constant("float32", shape, [...upstream]);
  const loss = builder.node("ReduceSum", [builder.node("Reshape", [builder.node("Mul", [y, weights]), builder.list([-1])])]);
  const gradients = addGradients(builder, loss, names);
  const session = await InferenceSession.create(writeModel(lower(asModel(builder, [y, ...gradients]))));
  const feeds = inputs.map((values, at) => [names[at] as string, new RuntimeTensor("float32", values, shapes[at] as number[])] as const);
  const found = await session.run(Object.fromEntries(feeds));
  const given = inputs.map((values, at) => tf.tensor(values, shapes[at] as number[]));
  const expected = [theirs(...given), ...tf.grads(theirs)(given, tf.tensor(upstream, shape as number[]))];
  for (const [at, name] of [y, ...gradients].entries()) {
    const theirOwn = expected[at] as tf.Tensor;
    expect(found[name]?.dims).toEqual(theirOwn.shape);
    const values = theirOwn.dataSync();
    const scale = Math.max(1e-3, ...Array.from(values, Math.abs));
    const differences = Array.from(found[name]?.data as Float32Array, (value, index) => Math.abs(value - (values[index] as number)));
    expect(Math.max(...differences) / scale, at === 0 ? "the result" : `the gradient of input ${at - 1}`).toBeLessThan(2e-5);
  }
  await session.release();
}
