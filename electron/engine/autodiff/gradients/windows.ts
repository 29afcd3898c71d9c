/**
 * @file What a window saw, and the way back: the pieces that pools share. [batch, channels, ...spatial].
 */
import { int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { reachOf, type Window } from "../../onnx/shapes/spatial.ts";
import { elementCount } from "../../onnx/tensor-values.ts";

/** Every place of a kernel, row-major. */
export function places(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (known, size) => known.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  );
}

export interface Sliding {
  readonly window: Window;
  /** Spatial sizes of the picture, and how many steps the window made along each. */
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** How far the last window goes beyond the picture (positive), or how many pixels at the end none reached (negative). */
function overhang({ window, sizes, steps }: Sliding): number[] {
  return sizes.map(
    (size, at) => (window.strides[at] as number) * ((steps[at] as number) - 1) + reachOf(window, at) - (window.pads[at] as number) - size,
  );
}

/**
 * The transpose of sliding: each number of `g` [batch, inputs, ...steps] spread over its window by `weights` [inputs, outputs, ...kernel],
 * what falls on the same pixel added up, what falls outside dropped: [batch, outputs, ...sizes].
 */
export function spreadBack(
  builder: GraphBuilder,
  { g, weights, ...sliding }: Sliding & { readonly g: string; readonly weights: string },
): string {
  const beyond = overhang(sliding);
  const { strides, dilations, pads } = sliding.window;
  const shape = [builder.shapeOf(g)[0] as number, builder.shapeOf(weights)[1] as number, ...sliding.sizes];
  const attributes = {
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([...beyond.map((_, at) => pads[at] as number), ...beyond.map((size) => Math.max(size, 0))]),
    group: int(1),
    shape: ints(shape),
  };
  return builder.training("ConvInputGradient", [g, weights], 1, attributes)[0] as string;
}

/** Each number added to all the pixels its window saw, every channel for itself. */
export function spreadEvenly(builder: GraphBuilder, { g, ...sliding }: Sliding & { readonly g: string }): string {
  const { window, sizes, steps } = sliding;
  const [batch = 1, channels = 1] = builder.shapeOf(g);
  const isTiling = window.kernel.every(
    (size, at) =>
      size === window.strides[at] && window.dilations[at] === 1 && window.pads[at] === 0 && sizes[at] === size * (steps[at] as number),
  );
  if (isTiling) {
    // Windows side by side: each number is repeated.
    const narrow = steps.flatMap((size) => [size, 1]);
    const wide = steps.flatMap((size, at) => [size, window.kernel[at] as number]);
    const repeated = builder.node("Expand", [builder.reshape(g, [batch, channels, ...narrow]), builder.list([batch, channels, ...wide])]);
    return builder.reshape(repeated, [batch, channels, ...sizes]);
  }
  const { elementType } = builder.typeOf(g);
  const ones = Array<number>(elementCount(window.kernel)).fill(1);
  const weights = builder.constant(elementType, [1, 1, ...window.kernel], ones);
  const alone = builder.reshape(g, [batch * channels, 1, ...steps]);
  return builder.reshape(spreadBack(builder, { g: alone, weights, ...sliding }), [batch, channels, ...sizes]);
}

/** The picture as each place of the window saw it, [batch, channels, ...steps] per place; `outside` stands for what lies beyond its edge. */
export function seenByPlace(
  builder: GraphBuilder,
  { x, outside, ...sliding }: Sliding & { readonly x: string; readonly outside: number },
): string[] {
  const { window, sizes, steps } = sliding;
  const { strides, dilations, pads, kernel } = window;
  const begins = sizes.map((_, at) => pads[at] as number);
  const ends = overhang(sliding).map((size) => Math.max(size, 0));
  const padded = [...begins, ...ends].every((size) => size === 0)
    ? x
    : builder.node("Pad", [x, builder.list([0, 0, ...begins, 0, 0, ...ends]), builder.scalar(outside, x)]);
  const spatial = builder.list(steps.map((_, at) => at + 2));
  return places(kernel).map((place) => {
    const starts = place.map((at, axis) => at * (dilations[axis] as number));
    const stops = starts.map((start, axis) => start + ((steps[axis] as number) - 1) * (strides[axis] as number) + 1);
    return builder.node("Slice", [padded, builder.list(starts), builder.list(stops), spatial, builder.list(strides)]);
  });
}
