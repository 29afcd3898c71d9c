/**
 * @file How the numbers of a value lie in memory. TensorFlow's CPU kernels want pictures with their channels last and filters as [height, width, in, out],
 * ONNX has them otherwise; a value of four axes is kept as its makers and users want it, and turned only where they disagree.
 */
import type { Tensor } from "@tensorflow/tfjs";

import type { TensorflowApi } from "./load.ts";

/** plain: as ONNX has it. pixels: [batch, ...spatial, channels]. filter: [...kernel, in, out]. Values without four axes are plain. */
export type Layout = "plain" | "pixels" | "filter";

/** For each axis of what is held: the axis of the value. */
const orders: Readonly<Record<Layout, readonly number[]>> = { plain: [0, 1, 2, 3], pixels: [0, 2, 3, 1], filter: [2, 3, 1, 0] };

export function heldShape(shape: readonly number[], layout: Layout): number[] {
  return layout === "plain" ? [...shape] : orders[layout].map((axis) => shape[axis] as number);
}

/** Where an axis of the value (not negative) lies in what is held. */
export function heldAxis(axis: number, layout: Layout): number {
  return layout === "plain" ? axis : orders[layout].indexOf(axis);
}

/** What a list tells of each axis of the value, in the order of what is held. */
export function heldOrder<T>(perAxis: readonly T[], layout: Layout): T[] {
  return layout === "plain" ? [...perAxis] : orders[layout].map((axis) => perAxis[axis] as T);
}

/** `tensor`, which holds a value of `shape` in the layout `from`, in the layout `to`. */
export function relayout(api: TensorflowApi, tensor: Tensor, move: { shape: readonly number[]; from: Layout; to: Layout }): Tensor {
  const { shape, from, to } = move;
  const order = orders[to].map((axis) => orders[from].indexOf(axis));
  // Axes of one element may stand anywhere: then the numbers lie right as they are.
  const moving = order.filter((at) => tensor.shape[at] !== 1);
  if (moving.every((at, place) => place === 0 || at > (moving[place - 1] as number))) return api.reshape(tensor, heldShape(shape, to));
  return api.transpose(tensor, order);
}
