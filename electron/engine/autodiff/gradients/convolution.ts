/** @file Convolutions and their transposes: [batch, channels, ...spatial]. */
import { intOf } from "../../onnx/attributes.ts";
import { int, ints, type Attributes, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { convolutionWindow, reachOf, transposedWindow, type Window } from "../../onnx/shapes/spatial.ts";
import { outputGradient, reduceSum, type Gradient } from "../gradient.ts";

/** In the operators of our own domain: which nodes they become is decided when it is known what runs them. */
export const conv: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, weights, bias = ""] = node.inputs as readonly [string, string, string | undefined];
  const g = outputGradient(context);
  const { kernel, strides, dilations, pads } = convolutionWindow(node, builder.shapeOf(x), builder.shapeOf(weights));
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(intOf(node, "group", 1)) };
  const make = (opType: string, inputs: readonly string[], own: Attributes): string =>
    builder.training(opType, inputs, 1, { ...attributes, ...own })[0] as string;
  return [
    wanted[0] === true ? make("ConvInputGradient", [g, weights], { shape: ints(builder.shapeOf(x)) }) : null,
    wanted[1] === true ? make("ConvWeightGradient", [x, g], { kernel_shape: ints(kernel) }) : null,
    ...(bias === "" ? [] : [wanted[2] === true ? perChannel(builder, g) : null]),
  ];
};

/** The convolution and its transpose change places: the weights' gradient is a convolution's with picture and gradient exchanged. */
export const convTranspose: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, weights, bias = ""] = node.inputs as readonly [string, string, string | undefined];
  const steps = builder.shapeOf(x).slice(2);
  const window = transposedWindow(node, builder.shapeOf(node.outputs[0] as string), { steps, weights: builder.shapeOf(weights) });
  const given = cutToReach(builder, { x: outputGradient(context), window, steps });
  const { kernel, strides, dilations, pads } = given.window;
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(intOf(node, "group", 1)) };
  const forWeights = (): string =>
    builder.training("ConvWeightGradient", [given.x, x], 1, { ...attributes, kernel_shape: ints(kernel) })[0] as string;
  return [
    wanted[0] === true ? builder.node("Conv", [given.x, weights], attributes) : null,
    wanted[1] === true ? forWeights() : null,
    ...(bias === "" ? [] : [wanted[2] === true ? perChannel(builder, outputGradient(context)) : null]),
  ];
};

interface Reach {
  readonly x: string;
  readonly window: Window;
  readonly steps: readonly number[];
}

/** What the window reaches in so many steps: what `output_padding` added at the end is out of it. */
function cutToReach(builder: GraphBuilder, { x, window, steps }: Reach): { readonly x: string; readonly window: Window } {
  const { strides, pads } = window;
  const sizes = builder.shapeOf(x).slice(2);
  const used = steps.map((count, at) => (strides[at] as number) * (count - 1) + reachOf(window, at) - (pads[at] as number));
  const ends = used.map((reach, at) => Math.max(0, reach - (sizes[at] as number)));
  const fitted = { ...window, pads: [...pads.slice(0, sizes.length), ...ends] };
  if (used.every((reach, at) => reach >= (sizes[at] as number))) return { x, window: fitted };
  const starts = sizes.map(() => 0);
  const axes = sizes.map((_, at) => at + 2);
  return { x: builder.node("Slice", [x, builder.list(starts), builder.list(used), builder.list(axes)]), window: fitted };
}

/** Summed over everything but the channels: [channels]. */
export function perChannel(builder: GraphBuilder, value: string): string {
  const shape = builder.shapeOf(value);
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return builder.node("Reshape", [reduceSum(builder, value, axes), builder.list([shape[1] as number])]);
}
