/**
 * @file Convolutions in the forms of this folder, where they pay. Measured with ONNX Runtime on two cores, 256 pictures: a convolution of 3 x 3 takes .3 to .6 of the time on maps
 * up to 16 pixels wide, its weights' gradient .1 to .6.
 */
import { intOf, intsOf } from "../../../onnx/attributes.ts";
import { ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import type { Node } from "../../../onnx/model.ts";
import { convolutionWindow, reachOf } from "../../../onnx/shapes/spatial.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { depthwiseConvolution, depthwiseInputGradient, depthwiseWeightGradient, type DepthwiseShape } from "./depthwise.ts";
import { depthwiseWeightGradientByBlocks } from "./depthwise-blocks.ts";
import { gatheredWeightGradient } from "./gathered-weights.ts";
import type { PartialLowering } from "../lower.ts";
import { tiledConvolution, tiledInputGradient, tiledWeightGradient, type TiledKernel } from "./tiled-convolution.ts";
import { plainAxis, winogradAxis, type AxisShape, type TiledAxis } from "./tiles.ts";

/** What a number that is moved by a product costs, in multiplications of a product that only computes: its rows are short. */
const movingCosts = 2;
/** The common form of a weights' gradient reaches this share of the speed of a convolution. */
const commonGradientShare = 0.6;
/** Channels of a picture up to which what every place of the kernel sees may lie in memory at once: those of colour. */
const fewChannels = 4;
/** Pixels of a picture, in times out, up to which every pixel may meet every one. */
const meetingPixels = 144 * 144;

export const convolution: PartialLowering = ({ builder, node, inputs: [x = "", weights = "", bias] }) => {
  const found = shapeOf(builder, node, { input: builder.shapeOf(x), weights: builder.shapeOf(weights) });
  if (found === null || bias !== undefined) return null;
  const { rows, columns, channels, outputs, groups } = found;
  if (isDepthwise(found)) return areTiny(found) ? [depthwiseConvolution(builder, x, weights, found)] : null;
  if (groups !== 1 || !isThreeByThree(found)) return null;
  const kernel = { rows: winogradAxis(rows), columns: winogradAxis(columns) };
  return pays(kernel, channels, outputs, 1) ? [tiledConvolution(builder, x, weights, kernel)] : null;
};

export const convolutionInputGradient: PartialLowering = ({ builder, node, inputs: [g = "", weights = ""] }) => {
  const shapes = { input: intsOf(node, "shape", []), weights: builder.shapeOf(weights), output: builder.shapeOf(g) };
  const found = shapeOf(builder, node, shapes);
  if (found === null) return null;
  const { rows, columns, channels, outputs, groups } = found;
  if (isDepthwise(found)) return areTiny(found) ? [depthwiseInputGradient(builder, g, weights, found)] : null;
  if (groups !== 1) return null;
  if (isThreeByThree(found)) {
    // The gradient is convolved with the kernel turned round: what was in is out.
    const turned = ({ input, output, pad }: AxisShape): Pick<AxisShape, "input" | "output" | "pad"> => ({ input: output, output: input, pad: 2 - pad }); // prettier-ignore
    const kernel = { rows: winogradAxis(turned(rows), true), columns: winogradAxis(turned(columns), true) };
    return pays(kernel, outputs, channels, 1) ? [tiledConvolution(builder, g, weights, kernel, true)] : null; // prettier-ignore
  }
  if (rows.stride === 1 && columns.stride === 1) return null;
  const kernel = { rows: plainAxis(rows), columns: plainAxis(columns) };
  return pays(kernel, channels, outputs, commonGradientShare) ? [tiledInputGradient(builder, g, weights, kernel)] : null;
};

export const convolutionWeightGradient: PartialLowering = ({ builder, node, inputs: [x = "", g = ""] }) => {
  const [channels = 1] = builder.shapeOf(x).slice(1);
  const groups = intOf(node, "group", 1);
  const output = builder.shapeOf(g);
  const weights = [output[1] as number, channels / groups, ...intsOf(node, "kernel_shape", [])];
  const found = shapeOf(builder, node, { input: builder.shapeOf(x), weights, output });
  if (found === null) return null;
  if (isDepthwise(found))
    return [areTiny(found) ? depthwiseWeightGradient(builder, x, g, found) : depthwiseWeightGradientByBlocks(builder, x, g, found)];
  const { rows, columns, outputs } = found;
  if (groups !== 1) return null;
  if (isPointwise(found)) return areManyChannels(found) ? [pointwiseWeightGradient(builder, x, g)] : null;
  if (channels <= fewChannels) return [gatheredWeightGradient(builder, x, g, convolutionWindow(node, builder.shapeOf(x), weights))];
  const kernel = isThreeByThree(found)
    ? { rows: winogradAxis(rows), columns: winogradAxis(columns) }
    : { rows: plainAxis(rows), columns: plainAxis(columns) };
  return pays(kernel, channels, outputs, commonGradientShare) ? [tiledWeightGradient(builder, x, g, kernel)] : null;
};

interface ConvolutionShape extends DepthwiseShape {
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
}

/** Of what goes in, of the weights, and of what comes out where that is there already. */
interface Shapes {
  readonly input: readonly number[];
  readonly weights: readonly number[];
  readonly output?: readonly number[];
}

/** Null for what is no convolution of pictures in float32 with pads that are written down. */
function shapeOf(builder: GraphBuilder, node: Node, { input, weights, output }: Shapes): ConvolutionShape | null {
  const [outputs = 1, channelsOfGroup = 1] = weights;
  if (weights.length !== 4 || builder.typeOf(node.inputs[0] as string).elementType !== "float32") return null;
  if (node.attributes.has("auto_pad")) return null;
  const window = convolutionWindow(node, input, weights);
  const groups = intOf(node, "group", 1);
  const axis = (at: 0 | 1): AxisShape => {
    const size = input[at + 2] as number;
    const [pad, after, stride] = [window.pads[at], window.pads[at + 2], window.strides[at]] as [number, number, number];
    return {
      input: size,
      output: output?.[at + 2] ?? Math.floor((size + pad + after - reachOf(window, at)) / stride) + 1,
      pad,
      kernel: window.kernel[at] as number,
      stride,
      dilation: window.dilations[at] as number,
    };
  };
  return { rows: axis(0), columns: axis(1), channels: channelsOfGroup * groups, outputs, groups };
}

function isDepthwise({ channels, outputs, groups }: ConvolutionShape): boolean {
  return groups > 1 && channels === groups && outputs === groups;
}

function areTiny({ rows, columns }: DepthwiseShape): boolean {
  return rows.input * columns.input * rows.output * columns.output <= meetingPixels;
}

function isThreeByThree({ rows, columns }: DepthwiseShape): boolean {
  return [rows, columns].every(({ kernel, stride, dilation, pad }) => kernel === 3 && stride === 1 && dilation === 1 && pad <= 2);
}

function isPointwise({ rows, columns }: DepthwiseShape): boolean {
  return [rows, columns].every(({ kernel, stride, pad, input, output }) => kernel === 1 && stride === 1 && pad === 0 && input === output);
}

/** The common form writes a matrix for each picture and adds them up; that is more than moving the pictures where channels are many and pixels few. */
function areManyChannels({ channels, outputs, rows, columns }: ConvolutionShape): boolean {
  return channels * outputs > 2 * rows.output * columns.output * (channels + outputs);
}

/** One product over all pixels of all pictures. @returns [K, C, 1, 1] */
function pointwiseWeightGradient(builder: GraphBuilder, x: string, g: string): string {
  const [batch = 1, channels = 1, ...pixels] = builder.shapeOf(x);
  const count = elementCount(pixels);
  const outputs = builder.shapeOf(g)[1] as number;
  const together = (value: string, own: number): string =>
    builder.reshape(builder.node("Transpose", [builder.reshape(value, [batch, own, count])], { perm: ints([1, 0, 2]) }), [
      own,
      batch * count,
    ]);
  const turned = builder.node("Transpose", [together(x, channels)], { perm: ints([1, 0]) });
  return builder.reshape(builder.node("MatMul", [together(g, outputs), turned]), [outputs, channels, 1, 1]);
}

/**
 * Compares the multiplications of both forms, for one picture.
 * @param channels and @param outputs what is convolved has and becomes
 * @param share of its usual speed that the common form reaches
 */
function pays({ rows, columns }: TiledKernel, channels: number, outputs: number, share: number): boolean {
  const [pixelsIn, pixelsOut] = [rows.before.columns * columns.before.columns, outputOf(rows) * outputOf(columns)];
  const common = (rows.kernel.columns * columns.kernel.columns * channels * outputs * pixelsOut) / share;
  const [down, across] = [rows.points * rows.tiles, columns.points * columns.tiles];
  const products = down * across * channels * outputs;
  // First along the rows of pixels, then down the columns of what came of it.
  const moved = (pixels: number, height: number): number => across * pixels + down * height * across;
  const moving = channels * moved(pixelsIn, rows.before.columns) + outputs * moved(pixelsOut, outputOf(rows));
  return products + movingCosts * moving < common;
}

function outputOf({ after, tiles }: TiledAxis): number {
  return after?.columns ?? tiles;
}
