/**
 * @file Convolutions and pools: [batch, channels, ...spatial].
 */
import { floatsOfAttribute, intOf, intsOf, textOf } from "../attributes.ts";
import type { Node } from "../model.ts";
import { axisOf, inputAt, numbersAt, refuse, type Rule, type RuleContext } from "./rule.ts";

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

function windowOf(node: Node, kernel: readonly number[]): Window {
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: intsOf(node, "strides", ones),
    dilations: intsOf(node, "dilations", ones),
    pads: intsOf(node, "pads", [...ones, ...ones].fill(0)),
    autoPad: textOf(node, "auto_pad", "NOTSET"),
    ceil: intOf(node, "ceil_mode", 0) === 1,
  };
}

/** How many pixels a window covers from its first to its last along a spatial axis. */
export function reachOf({ kernel, dilations }: Window, axis: number): number {
  return ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
}

/** The window of a Conv with its padding in numbers, whatever way it was asked for. */
export function convolutionWindow(node: Node, image: readonly number[], weights: readonly number[]): Window {
  const window = windowOf(node, intsOf(node, "kernel_shape", weights.slice(2)));
  const sizes = image.slice(2);
  if (window.autoPad === "VALID") return { ...window, pads: window.pads.map(() => 0) };
  if (!window.autoPad.startsWith("SAME")) return window;
  const totals = sizes.map((size, at) => {
    const stride = window.strides[at] ?? 1;
    const reach = reachOf(window, at);
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  });
  // An odd pixel goes to the end (upper) or to the beginning.
  const begins = totals.map((total) => (window.autoPad === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return { ...window, pads: [...begins, ...totals.map((total, at) => total - (begins[at] as number))] };
}

/** The window of a ConvTranspose that made an output of that shape, with its padding in numbers. */
export function transposedWindow(
  node: Node,
  output: readonly number[],
  { steps, weights }: { readonly steps: readonly number[]; readonly weights: readonly number[] },
): Window {
  const window = windowOf(node, intsOf(node, "kernel_shape", weights.slice(2)));
  if (intsOf(node, "output_shape", null) === null && !window.autoPad.startsWith("SAME"))
    return window.autoPad === "VALID" ? { ...window, pads: window.pads.map(() => 0) } : window;
  const extra = intsOf(node, "output_padding", []);
  const totals = steps.map((count, at) =>
    Math.max(0, (window.strides[at] ?? 1) * (count - 1) + (extra[at] ?? 0) + reachOf(window, at) - (output[at + 2] as number)),
  );
  const begins = totals.map((total) => (window.autoPad === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return { ...window, pads: [...begins, ...totals.map((total, at) => total - (begins[at] as number))] };
}

/** Sizes after a window slid over `sizes`. */
function slide(context: RuleContext, sizes: readonly number[], window: Window): number[] {
  const { strides, pads, autoPad } = window;
  return sizes.map((size, at) => {
    const stride = strides[at] ?? 1;
    const reach = reachOf(window, at);
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") return Math.ceil(size / stride);
    const [before, after] = autoPad === "VALID" ? [0, 0] : [pads[at] ?? 0, pads[at + sizes.length] ?? 0];
    const steps = (size + before + after - reach) / stride;
    let count = (window.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // A window that would begin in the padding behind the picture does not count.
    if (window.ceil && (count - 1) * stride >= size + before) count--;
    if (count < 1) refuse(context.node, `has a window of ${reach} over ${size} pixels`);
    return count;
  });
}

const convolution: Rule = (context) => {
  const [image, weights] = [inputAt(context, 0), inputAt(context, 1)];
  const window = windowOf(context.node, intsOf(context.node, "kernel_shape", weights.shape.slice(2)));
  const groups = intOf(context.node, "group", 1);
  if (image.shape[1] !== (weights.shape[1] ?? 0) * groups)
    refuse(context.node, `takes [${image.shape.join(", ")}] with weights of [${weights.shape.join(", ")}] in ${groups} groups`);
  return [{ ...image, shape: [image.shape[0] ?? 1, weights.shape[0] ?? 1, ...slide(context, image.shape.slice(2), window)] }];
};

const transposedConvolution: Rule = (context) => {
  const [image, weights] = [inputAt(context, 0), inputAt(context, 1)];
  const { node } = context;
  const sizes = image.shape.slice(2);
  const window = windowOf(context.node, intsOf(node, "kernel_shape", weights.shape.slice(2)));
  const extra = intsOf(
    node,
    "output_padding",
    sizes.map(() => 0),
  );
  const wanted = intsOf(node, "output_shape", null);
  const spatial = sizes.map((size, at) => {
    const stride = window.strides[at] ?? 1;
    if (wanted !== null) return wanted.at(at - sizes.length) ?? 1;
    if (window.autoPad.startsWith("SAME")) return size * stride;
    const reach = reachOf(window, at);
    return stride * (size - 1) + (extra[at] ?? 0) + reach - (window.pads[at] ?? 0) - (window.pads[at + sizes.length] ?? 0);
  });
  return [{ ...image, shape: [image.shape[0] ?? 1, (weights.shape[1] ?? 1) * intOf(node, "group", 1), ...spatial] }];
};

const pool: Rule = (context) => {
  const image = inputAt(context, 0);
  const kernel = intsOf(context.node, "kernel_shape", null) ?? refuse(context.node, "has no kernel_shape");
  const shape = [...image.shape.slice(0, 2), ...slide(context, image.shape.slice(2), windowOf(context.node, kernel))];
  return [
    { ...image, shape },
    { elementType: "int64", shape },
  ];
};

const globalPool: Rule = (context) => {
  const image = inputAt(context, 0);
  return [{ ...image, shape: image.shape.map((size, at) => (at < 2 ? size : 1)) }];
};

const resize: Rule = (context) => {
  const image = inputAt(context, 0);
  const { node, version } = context;
  const axes = intsOf(node, "axes", null)?.map((axis) => axisOf(node, axis, image.shape.length)) ?? image.shape.map((_, at) => at);
  const scaled = (scales: readonly number[]): number[] =>
    image.shape.map((size, at) => (axes.includes(at) ? Math.floor(size * (scales[axes.indexOf(at)] ?? 1)) : size));
  if (node.opType === "Upsample" || version === 10) {
    const scales = floatsOfAttribute(node, "scales") ?? numbersAt(context, 1);
    return [{ ...image, shape: scaled(scales ?? refuse(node, "has no scales")) }];
  }
  const sizes = numbersAt(context, 3);
  if (sizes !== null && sizes.length > 0) {
    const policy = textOf(node, "keep_aspect_ratio_policy", "stretch");
    if (policy === "stretch")
      return [{ ...image, shape: image.shape.map((size, at) => (axes.includes(at) ? (sizes[axes.indexOf(at)] ?? size) : size)) }];
    const ratios = axes.map((axis, at) => (sizes[at] ?? 1) / (image.shape[axis] ?? 1));
    const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
    return [{ ...image, shape: image.shape.map((size, at) => (axes.includes(at) ? Math.round(size * ratio) : size)) }];
  }
  return [{ ...image, shape: scaled(numbersAt(context, 2) ?? refuse(node, "has neither scales nor sizes")) }];
};

/** Blocks of pixels to channels, or back. */
const moveBlocks: Rule = (context) => {
  const image = inputAt(context, 0);
  const block = intOf(context.node, "blocksize", null) ?? refuse(context.node, "has no blocksize");
  const [batch = 1, channels = 1, height = 1, width = 1] = image.shape;
  const shape =
    context.node.opType === "DepthToSpace"
      ? [batch, channels / block ** 2, height * block, width * block]
      : [batch, channels * block ** 2, height / block, width / block];
  return [{ ...image, shape }];
};

export const spatialRules = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  AveragePool: pool,
  LpPool: pool,
  MaxPool: pool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  Resize: resize,
  Upsample: resize,
  DepthToSpace: moveBlocks,
  SpaceToDepth: moveBlocks,
} as const satisfies Readonly<Record<string, Rule>>;
