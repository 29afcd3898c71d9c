/**
 * @file Operators that move numbers from known places to known places.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { intOf, intsOf, textOf } from "../../../../onnx/attributes.ts";
import { axisOf, inputAt, numbersAt } from "../../../../onnx/shapes/rule.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { heldAxis, heldOrder, heldShape, type Layout } from "../layout.ts";
import { plainly, unsupported, type Form, type FormContext, type Operation } from "../operation.ts";

const reshape: Form = (context) => {
  const shape = [...(context.outputs[0]?.shape ?? [])];
  return plainly(context, [0], (x) => context.api.reshape(x as Tensor, shape));
};

const transpose: Form = (context) => {
  const rank = inputAt(context, 0).shape.length;
  const order = intsOf(context.node, "perm", null) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  // A tensor that is not moved would be given on as it is.
  return plainly(context, [0], (x) => (rank < 2 ? context.api.clone(x as Tensor) : context.api.transpose(x as Tensor, order)));
};

/** One picture to one: held as before. */
function held(context: FormContext, run: (x: Tensor, layout: Layout) => Tensor): Operation {
  const layout = context.layoutOf(0);
  return { takes: [{ input: 0, layout }], gives: [layout], run: ([x]) => [run(x as Tensor, layout)] };
}

const concat: Form = (context) => {
  const { api, node } = context;
  const rank = inputAt(context, 0).shape.length;
  const axis = axisOf(node, intOf(node, "axis", 1), rank);
  const layouts = context.inputs.map((_, at) => context.layoutOf(at));
  const layout = layouts.find((each) => each !== "plain") ?? "plain";
  return {
    takes: context.inputs.map((_, input) => ({ input, layout })),
    gives: [layout],
    run: (tensors) => [tensors.length === 1 ? api.clone(tensors[0] as Tensor) : api.concat([...tensors], heldAxis(axis, layout))],
  };
};

const split: Form = (context) => {
  const { api, node } = context;
  const axis = axisOf(node, intOf(node, "axis", 0), inputAt(context, 0).shape.length);
  const layout = context.layoutOf(0);
  const sizes = context.outputs.slice(0, node.outputs.length).map(({ shape }) => shape[axis] as number);
  return {
    takes: [{ input: 0, layout }],
    gives: sizes.map(() => layout),
    run: ([x]) => (sizes.length === 1 ? [api.clone(x as Tensor)] : api.split(x as Tensor, sizes, heldAxis(axis, layout))),
  };
};

const slice: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const result = context.outputs[0]?.shape ?? [];
  const starts = intsOf(node, "starts", null) ?? numbersAt(context, 1) ?? [];
  const axes = intsOf(node, "axes", null) ?? numbersAt(context, 3) ?? starts.map((_, at) => at);
  const given = numbersAt(context, 4) ?? starts.map(() => 1);
  const begins = shape.map(() => 0);
  const steps = shape.map(() => 1);
  axes.forEach((each, at) => {
    const axis = axisOf(node, each, shape.length);
    const [size, step] = [shape[axis] as number, given[at] as number];
    const start = starts[at] as number;
    const first = Math.min(Math.max(start < 0 ? start + size : start, 0), step > 0 ? size : size - 1);
    steps[axis] = Math.abs(step);
    // Backwards is forwards in the tensor turned round.
    begins[axis] = step > 0 ? first : size - 1 - first;
  });
  const turned = axes.filter((_, at) => (given[at] as number) < 0).map((each) => axisOf(node, each, shape.length));
  const isPlain = steps.every((step) => step === 1);
  return held(context, (x, layout) => {
    const [from, lengths] = [heldOrder(begins, layout), heldShape(result, layout)];
    const value = turned.length === 0 ? x : api.reverse(x, turned.map((axis) => heldAxis(axis, layout))); // prettier-ignore
    if (isPlain) return api.slice(value, from, lengths);
    const strides = heldOrder(steps, layout);
    const ends = from.map((start, at) => start + ((lengths[at] as number) - 1) * (strides[at] as number) + 1);
    return api.stridedSlice(value, from, ends, strides);
  });
};

const pad: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const given = intsOf(node, "pads", null) ?? numbersAt(context, 1) ?? [];
  const axes = (numbersAt(context, 3) ?? shape.map((_, at) => at)).map((axis) => axisOf(node, axis, shape.length));
  const pads = shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, at) => (pads[axis] = [given[at] as number, given[at + axes.length] as number]));
  const mode = textOf(node, "mode", "constant");
  if (mode !== "constant") return padByPlaces(context, pads, mode);
  const value = context.node.inputs[2] === undefined || context.node.inputs[2] === "" ? 0 : context.constant(2)?.[0];
  if (value === undefined) return unsupported(node, "it pads with a number that is known only when it runs");
  // What is negative cuts.
  const cuts = pads.map(([before, after]) => [Math.max(0, -before), Math.max(0, -after)] as const);
  const grows = pads.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]);
  const cutsAny = cuts.some(([before, after]) => before + after > 0);
  const sizes = shape.map((size, axis) => size - (cuts[axis]?.[0] ?? 0) - (cuts[axis]?.[1] ?? 0));
  return held(context, (x, layout) => {
    const begins = cuts.map(([before]) => before);
    const cut = cutsAny ? api.slice(x, heldOrder(begins, layout), heldShape(sizes, layout)) : x;
    return api.pad(cut, heldOrder(grows, layout), value);
  });
};

/** Padding that repeats pixels: each axis is gathered from where its pixels come from. */
function padByPlaces(context: FormContext, pads: readonly (readonly [number, number])[], mode: string): Operation {
  const { api, node, hold } = context;
  const { shape } = inputAt(context, 0);
  const place: Readonly<Record<string, (at: number, size: number) => number>> = {
    edge: (at, size) => Math.min(Math.max(at, 0), size - 1),
    reflect: (at, size) => {
      const period = Math.max(1, 2 * (size - 1));
      const within = ((at % period) + period) % period;
      return Math.min(within, period - within);
    },
    wrap: (at, size) => ((at % size) + size) % size,
  };
  const rule = place[mode] ?? unsupported(node, `it pads by "${mode}"`);
  const moves = pads.flatMap(([before, after], axis) => {
    const size = shape[axis] as number;
    if (before === 0 && after === 0) return [];
    const from = Array.from({ length: before + size + after }, (_, at) => rule(at - before, size));
    return [{ axis, from: hold(api.tensor1d(from, "int32")) }];
  });
  return held(context, (x, layout) =>
    moves.reduce((value, { axis, from }) => api.gather(value, from as never, heldAxis(axis, layout)), api.clone(x)),
  );
}

const expand: Form = (context) => {
  const { api } = context;
  const { shape } = inputAt(context, 0);
  const result = context.outputs[0]?.shape ?? [];
  // One number a channel spread over its pixels is going to be a picture.
  const isPicture = shape.length === 4 && result.length === 4;
  const layout: Layout = isPicture && elementCount(shape) < elementCount(result) ? "pixels" : isPicture ? context.layoutOf(0) : "plain";
  const target = heldShape(result, layout);
  return { takes: [{ input: 0, layout }], gives: [layout], run: ([x]) => [api.broadcastTo(x as Tensor, target)] };
};

const tile: Form = (context) => {
  const repeats = numbersAt(context, 1) ?? [];
  return held(context, (x, layout) => context.api.tile(x, heldOrder(repeats, layout)));
};

/** Blocks of pixels to channels, or back; CRD has the channels outermost. */
const depthToSpace: Form = (context) => {
  const { api, node } = context;
  const block = intOf(node, "blocksize", 1);
  const [batch = 1, channels = 1, height = 1, width = 1] = inputAt(context, 0).shape;
  const rest = channels / block ** 2;
  const isColumns = textOf(node, "mode", "DCR") === "CRD";
  const cut = isColumns ? [batch, rest, block, block, height, width] : [batch, block, block, rest, height, width];
  const order = isColumns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return plainly(context, [0], (x) =>
    api.reshape(api.transpose(api.reshape(x as Tensor, cut), order), [batch, rest, height * block, width * block]),
  );
};

const spaceToDepth: Form = (context) => {
  const { api, node } = context;
  const block = intOf(node, "blocksize", 1);
  const [batch = 1, channels = 1, height = 1, width = 1] = inputAt(context, 0).shape;
  const [rows, columns] = [height / block, width / block];
  return plainly(context, [0], (x) => {
    const cut = api.reshape(x as Tensor, [batch, channels, rows, block, columns, block]);
    return api.reshape(api.transpose(cut, [0, 3, 5, 1, 2, 4]), [batch, channels * block ** 2, rows, columns]);
  });
};

export const movementForms: Readonly<Record<string, Form>> = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: reshape,
  Pad: pad,
  Reshape: reshape,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: reshape,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: reshape,
};
