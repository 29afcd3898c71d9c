/**
 * @file BatchNormalization over a batch (Ioffe and Szegedy 2015) behind a 1 x 1 convolution that makes many channels of few, without a pass over what the convolution makes. Each of its
 * channels is a weighted sum of the channels of x, so its statistics follow from the means m and covariances C of those: mean = W m, variance = the diagonal of W C W'. They are
 * known before the convolution runs, which makes the normalised picture at once: with its weights scaled and a bias. Backwards, all but the gradient g of that picture is linear in x
 * again. With n numbers a channel, d the deviations, f = scale / d, P = the sum of g x' over all pixels, s = the sum of g and q = (the sums of the rows of P * W, less s mean) / d:
 *
 *     gradient of scale = q, of bias = s
 *     gradient of W     = f (P - s m' - q / d W C)
 *     gradient of x     = W' (f g) - W' (f q / (n d)) W (x - m) - W' (f s / n)
 *
 * The raw picture and its gradient, which the usual form goes over eight times, are never made. Equal to that form in exact arithmetic.
 */
import { BugError } from "../../../base/errors.ts";
import { floatOf } from "../../../onnx/attributes.ts";
import { int, ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { inferTypes } from "../../../onnx/infer.ts";
import type { Model, Node } from "../../../onnx/model.ts";
import { isOurs } from "../../../onnx/shapes/training.ts";
import type { Types } from "../../../onnx/type-table.ts";
import { reduceBy, reduceSum, turned } from "../../gradient.ts";
import { perChannel } from "../../gradients/convolution.ts";
import { numbersPerChannel } from "../normalization.ts";
import { Readers, rewrite, type Place, type Replace } from "../rewrite.ts";
import { isPointwiseConvolution } from "./pointwise-convolution.ts";

/**
 * The products of x with itself take channels^2 multiplications a pixel twice, where outputs are spared eight passes. Measured with ONNX Runtime on two cores: some 250 GFLOP/s, 40 GB/s.
 */
const productsPerOutput = 50;

/** Shapes must be static. */
export function normalizeExpansions(model: Model): Model {
  const replacements = replacementsOf(model, inferTypes(model, new Map()));
  return rewrite(model, "expansion/", (place) => replacements.get(place.given)?.(place) ?? null);
}

function replacementsOf({ graph }: Model, { types }: Types): Map<Node, Replace> {
  const readers = new Readers(graph);
  const replacements = new Map<Node, Replace>();
  const normalizationOf = new Map(graph.nodes.flatMap((node) => (isOurs(node, "BatchNormalizationTraining") ? [[node.inputs[0] as string, node] as const] : []))); // prettier-ignore
  for (const convolution of graph.nodes) {
    const [x = "", weights = "", bias = ""] = convolution.inputs;
    const [raw = ""] = convolution.outputs;
    const normalization = normalizationOf.get(raw);
    if (normalization === undefined || convolution.opType !== "Conv" || !isPointwiseConvolution(convolution, types)) continue;
    if (bias !== "" || types.get(x)?.elementType !== "float32" || !pays(types.get(weights)?.shape ?? [])) continue;
    const [, mean, variance] = normalization.outputs;
    const isBack = (node: Node): boolean => isOurs(node, "BatchNormalizationGradient") && node.inputs[0] !== raw && node.inputs[1] === raw && node.inputs[3] === mean && node.inputs[4] === variance; // prettier-ignore
    const backs = readers.all(raw, (node) => node === normalization || isBack(node))?.filter((node) => node !== normalization);
    const parts = backs?.map(
      ({ outputs: [name = ""] }) =>
      readers.all(name, (node) =>
        (isOurs(node, "ConvInputGradient") && node.inputs[0] === name && node.inputs[1] === weights) ||
        (isOurs(node, "ConvWeightGradient") && node.inputs[0] === x && node.inputs[1] === name)), // prettier-ignore
    );
    if (backs === undefined || parts?.every((part) => part !== null) !== true) continue;
    const expansion = new Expansion();
    replacements.set(convolution, expansion.convolution);
    replacements.set(normalization, expansion.normalization);
    backs.forEach((node, at) => {
      const back = new Back(expansion);
      replacements.set(node, back.ofScaleAndBias);
      for (const part of parts[at] ?? []) replacements.set(part, isOurs(part, "ConvInputGradient") ? back.ofInput : back.ofWeights);
    });
  }
  return replacements;
}

function pays([outputs = 0, channels = 0]: readonly number[]): boolean {
  return channels ** 2 <= productsPerOutput * outputs;
}

/** What the forward pass leaves to the gradients: names of values. */
interface Forward {
  readonly x: string;
  /** W: [K, C] */
  readonly weights: string;
  /** W C: [K, C] */
  readonly crossed: string;
  /** m: [C, 1] */
  readonly means: string;
  /** Of what the convolution would make: [K, 1] */
  readonly mean: string;
  /** d: [K, 1] */
  readonly deviation: string;
  /** f: [K, 1] */
  readonly factor: string;
  /** f W in the shape of a kernel: [K, C, 1, ...] */
  readonly scaled: string;
}

class Expansion {
  #x = "";
  #kernel = "";
  #forward: Forward | null = null;

  get forward(): Forward {
    if (this.#forward === null) throw new BugError("a gradient stands before what it is the gradient of");
    return this.#forward;
  }

  /** Makes nothing: the normalisation behind it does. */
  readonly convolution = ({ node: { inputs } }: Place): readonly string[] => {
    [this.#x = "", this.#kernel = ""] = inputs;
    return [];
  };

  readonly normalization = ({ builder, node }: Place): readonly string[] => {
    const [x, kernel] = [this.#x, this.#kernel];
    const [, scale = "", bias = ""] = node.inputs;
    const [outputs = 1, channels = 1, ...sizes] = builder.shapeOf(kernel);
    const weights = builder.reshape(kernel, [outputs, channels]);
    const means = asColumn(builder, reduceBy(builder, "ReduceMean", x, [0, ...sizes.map((_, at) => at + 2)]));
    const squares = builder.node("Mul", [sumOfProducts(builder, x, x), share(builder, x)]);
    const covariance = builder.node("Sub", [squares, builder.node("MatMul", [means, turned(builder, means)])]);
    const crossed = builder.node("MatMul", [weights, covariance]);
    const spread = reduceSum(builder, builder.node("Mul", [crossed, weights]), [1]);
    const variance = builder.node("Max", [spread, builder.scalar(0, x)]);
    const epsilon = builder.scalar(floatOf(node, "epsilon", 1e-5), x);
    const deviation = builder.node("Sqrt", [builder.node("Add", [variance, epsilon])]);
    const mean = builder.node("MatMul", [weights, means]);
    const factor = builder.node("Div", [asColumn(builder, scale), deviation]);
    const scaled = builder.reshape(builder.node("Mul", [weights, factor]), [outputs, channels, ...sizes]);
    const offset = builder.node("Sub", [bias, asList(builder, builder.node("Mul", [mean, factor]))]);
    this.#forward = { x, weights, crossed, means, mean, deviation, factor, scaled };
    return [builder.node("Conv", [x, scaled, offset]), asList(builder, mean), asList(builder, variance)];
  };
}

/** The gradients of one pass backwards. */
class Back {
  readonly #expansion: Expansion;
  #g = "";
  /** P: [K, C] */
  #products = "";
  /** s: [K, 1] */
  #sum = "";
  /** q: [K, 1] */
  #projected = "";

  constructor(expansion: Expansion) {
    this.#expansion = expansion;
  }

  readonly ofScaleAndBias = ({ builder, node: { inputs } }: Place): readonly string[] => {
    const { x, weights, mean, deviation } = this.#expansion.forward;
    this.#g = inputs[0] as string;
    this.#products = sumOfProducts(builder, x, this.#g);
    const ofBias = perChannel(builder, this.#g);
    this.#sum = asColumn(builder, ofBias);
    const raw = reduceSum(builder, builder.node("Mul", [this.#products, weights]), [1]);
    this.#projected = builder.node("Div", [builder.node("Sub", [raw, builder.node("Mul", [mean, this.#sum])]), deviation]);
    // The gradient of the raw picture is none of the values that are made.
    return ["", asList(builder, this.#projected), ofBias];
  };

  readonly ofWeights = ({ builder }: Place): readonly string[] => {
    const { crossed, means, deviation, factor, scaled } = this.#expansion.forward;
    const aboutMean = builder.node("Sub", [this.#products, builder.node("MatMul", [this.#sum, turned(builder, means)])]);
    const along = builder.node("Mul", [builder.node("Div", [this.#projected, deviation]), crossed]);
    const made = builder.node("Mul", [factor, builder.node("Sub", [aboutMean, along])]);
    return [builder.reshape(made, builder.shapeOf(scaled))];
  };

  readonly ofInput = ({ builder, node }: Place): readonly string[] => {
    const { x, weights, means, deviation, factor, scaled } = this.#expansion.forward;
    const [, channels = 1, ...sizes] = builder.shapeOf(scaled);
    const shared = builder.node("Mul", [factor, share(builder, x)]);
    const slope = builder.node("Div", [builder.node("Mul", [shared, this.#projected]), deviation]);
    const across = turned(builder, weights);
    // Both last terms are one more convolution of x, of few channels: -W' (f q / (n d)) W x + the rest as its bias.
    const mixing = builder.node("Neg", [builder.node("MatMul", [across, builder.node("Mul", [weights, slope])])]);
    const constant = builder.node("MatMul", [across, builder.node("Mul", [shared, this.#sum])]);
    const offset = builder.node("Neg", [builder.node("Add", [builder.node("MatMul", [mixing, means]), constant])]);
    const along = builder.node("Conv", [x, builder.reshape(mixing, [channels, channels, ...sizes]), asList(builder, offset)]);
    const [direct = ""] = builder.training("ConvInputGradient", [this.#g, scaled], 1, Object.fromEntries(node.attributes));
    return [builder.node("Add", [direct, along])];
  };
}

/** Over all pixels of all pictures g x': [K, C] */
function sumOfProducts(builder: GraphBuilder, x: string, g: string): string {
  const [channels = 1, ...sizes] = builder.shapeOf(x).slice(1);
  const ones = sizes.map(() => 1);
  const attributes = { kernel_shape: ints(ones), strides: ints(ones), dilations: ints(ones), pads: ints([...ones, ...ones].map(() => 0)), group: int(1) }; // prettier-ignore
  const [products = ""] = builder.training("ConvWeightGradient", [x, g], 1, attributes);
  return builder.reshape(products, [builder.shapeOf(g)[1] as number, channels]);
}

/** 1 / n */
function share(builder: GraphBuilder, x: string): string {
  return builder.scalar(1 / numbersPerChannel(builder, x), x);
}

function asColumn(builder: GraphBuilder, value: string): string {
  return builder.reshape(value, [-1, 1]);
}

function asList(builder: GraphBuilder, value: string): string {
  return builder.reshape(value, [-1]);
}
