/**
 * @file The one input of a graph that takes pictures: its name, its layout, and which of its sizes are free.
 */
import { UserError } from "../../base/errors.ts";
import type { Model, ValueInfo } from "../../onnx/model.ts";
import { sizeBounds } from "../encoder-card.ts";

export interface ImageInput {
  readonly name: string;
  readonly layout: "NCHW" | "NHWC";
  /** null: free. */
  readonly batch: number | null;
  readonly size: number;
  readonly sizeIsFree: boolean;
}

export interface InputWishes {
  readonly layout?: "NCHW" | "NHWC" | undefined;
  readonly size?: number | undefined;
}

/** Side of the pictures where neither the graph nor the preprocessing says one. */
export const usualSize = 224;

/** Throws UserError `encoder-input`. */
export function findImageInput(model: Model, wishes: InputWishes): ImageInput {
  const given = new Set(model.graph.initializers.map(({ name }) => name));
  const inputs = model.graph.inputs.filter(({ name }) => !given.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1)
    refuse(`has ${inputs.length} inputs (${inputs.map(describeValue).join(", ")}); expected one, the picture`);
  const { type, name } = input;
  if (type === null || type.elementType !== "float32")
    refuse(`takes ${describeValue(input)}; expected float32. Export the model in float32`);
  const shape = type.shape ?? [null, null, null, null];
  if (shape.length !== 4) refuse(`takes ${describeValue(input)}; expected four dimensions: batch, channels, height and width`);
  const layout = layoutOf(input, shape, wishes.layout);
  const [height, width] = layout === "NCHW" ? [shape[2], shape[3]] : [shape[1], shape[2]];
  const side = typeof height === "number" ? height : typeof width === "number" ? width : null;
  if (typeof height === "number" && typeof width === "number" && height !== width)
    refuse(`takes pictures of ${height} x ${width}; expected a square`);
  if (side !== null && wishes.size !== undefined && wishes.size !== side)
    refuse(`takes pictures of ${side} px, the preprocessing says ${wishes.size}; expected the same`);
  const size = side ?? wishes.size ?? usualSize;
  if (size < sizeBounds[0] || size > sizeBounds[1]) refuse(`takes pictures of ${size} px; expected ${sizeBounds[0]} to ${sizeBounds[1]}`);
  const [first] = shape;
  if (typeof first === "number" && (first < 1 || first > 4096)) refuse(`takes ${first} pictures at a time; expected 1 to 4096`);
  return { name, layout, batch: typeof first === "number" ? first : null, size, sizeIsFree: side === null };
}

/** The input's shape for a number of pictures. */
export function inputShape({ layout, size }: Pick<ImageInput, "layout" | "size">, batch: number): number[] {
  return layout === "NCHW" ? [batch, 3, size, size] : [batch, size, size, 3];
}

function layoutOf(input: ValueInfo, shape: readonly (number | string | null)[], wished: InputWishes["layout"]): "NCHW" | "NHWC" {
  const may = { NCHW: shape[1] === 3 || typeof shape[1] !== "number", NHWC: shape[3] === 3 || typeof shape[3] !== "number" };
  if (wished !== undefined) return may[wished] ? wished : refuse(`takes ${describeValue(input)}, the preprocessing says ${wished}`);
  if (shape[1] === 3) return "NCHW";
  if (shape[3] === 3) return "NHWC";
  if (!may.NCHW && !may.NHWC) refuse(`takes ${describeValue(input)}; expected 3 channels`);
  return refuse(
    `takes ${describeValue(input)}, which does not tell where the channels are: say "layout": "NCHW" or "NHWC" with --preprocess`,
  );
}

/** `image: float32 [batch, 3, 224, 224]`. */
export function describeValue({ name, type }: ValueInfo): string {
  if (type === null) return `${name}: no tensor`;
  return `${name}: ${type.elementType} [${type.shape?.map((size) => size ?? "?").join(", ") ?? "..."}]`;
}

function refuse(why: string): never {
  throw new UserError("encoder-input", `The model ${why}.`);
}
