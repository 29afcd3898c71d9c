/**
 * @file The gradient of a convolution by its picture: a convolution with the kernel turned round where the stride is 1 (ONNX Runtime has its quickest
 * code for that), else the transposed convolution, made as large as the picture was.
 */
import { intOf, intsOf } from "../../onnx/attributes.ts";
import { int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Lowering } from "./lower.ts";

export const convInputGradient: Lowering = ({ builder, node, inputs }) => {
  const [g, weights] = inputs as [string, string];
  const kernel = builder.shapeOf(weights).slice(2);
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, "strides", ones);
  const dilations = intsOf(node, "dilations", ones);
  const pads = intsOf(node, "pads", [...ones, ...ones].map(() => 0)); // prettier-ignore
  const groups = intOf(node, "group", 1);
  const sizes = intsOf(node, "shape", []).slice(2);
  const steps = builder.shapeOf(g).slice(2);
  const reach = kernel.map((size, at) => (size - 1) * (dilations[at] as number) + 1);
  const rank = kernel.length;
  // Pixels at the end that no window reached have the gradient 0.
  const extra = sizes.map(
    (size, at) =>
      size -
      ((strides[at] as number) * ((steps[at] as number) - 1) + (reach[at] as number) - (pads[at] as number) - (pads[at + rank] as number)),
  );
  const turnedPads = [0, rank].flatMap((half) => reach.map((size, at) => size - 1 - (pads[at + half] as number)));
  if (strides.every((stride) => stride === 1) && turnedPads.every((size) => size >= 0))
    return [
      builder.node("Conv", [g, turned(builder, weights, groups)], {
        dilations: ints(dilations),
        pads: ints(turnedPads),
        group: int(groups),
      }),
    ];
  return [
    builder.node("ConvTranspose", [g, weights], {
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints(pads),
      group: int(groups),
      output_padding: ints(extra),
    }),
  ];
};

/** [outputs, channels / groups, ...kernel] -> [channels, outputs / groups, ...kernel], each kernel turned round. */
function turned(builder: GraphBuilder, weights: string, groups: number): string {
  const [outputs = 1, channels = 1, ...kernel] = builder.shapeOf(weights);
  const flipped = kernel.every((size) => size === 1) ? weights : flip(builder, weights, kernel);
  const axes = kernel.map((_, at) => at + 3);
  if (channels === 1 && outputs === groups) return flipped;
  const grouped = builder.reshape(flipped, [groups, outputs / groups, channels, ...kernel]);
  return builder.reshape(builder.node("Transpose", [grouped], { perm: ints([0, 2, 1, ...axes]) }), [
    groups * channels,
    outputs / groups,
    ...kernel,
  ]);
}

function flip(builder: GraphBuilder, weights: string, kernel: readonly number[]): string {
  const all = (value: number): string => builder.list(kernel.map(() => value));
  return builder.node("Slice", [weights, all(-1), all(-(2 ** 31)), builder.list(kernel.map((_, at) => at + 2)), all(-1)]);
}
