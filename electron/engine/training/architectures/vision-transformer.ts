/**
 * @file A small vision transformer (Dosovitskiy et al. 2020), pre-norm, with the mean of all places instead of a class token. Where a patch stands is told by
 * a convolution over its neighbours (Chu et al. 2021, "Conditional Positional Encodings"), so that pictures of any size pass.
 */
import { float, int, ints } from "../../onnx/graph-builder.ts";
import type { Layers } from "./layers.ts";

export interface VisionTransformerOptions {
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
}

/** How far a patch sees its neighbours to know where it is. */
const placeKernel = 7;
/** The inner layer is so many times as wide (as in the paper). */
const wider = 4;

/** Gives the last feature map [N, width, height / patch, width / patch]. */
export function visionTransformer(layers: Layers, pictures: string, { width, blocks, heads }: VisionTransformerOptions): string {
  const { builder } = layers;
  const kernel = patchSide(builder.shapeOf(pictures)[2] as number);
  const patches = layers.convolution(pictures, { outputs: width, kernel, stride: kernel, pad: 0 });
  const placed = layers.add(patches, layers.convolution(patches, { outputs: width, kernel: placeKernel, groups: width }));
  // 0 and -1 leave the batch and the size of a picture free.
  let x = builder.node("Transpose", [builder.reshape(placed, [0, width, -1])], { perm: ints([0, 2, 1]) });
  for (let block = 0; block < blocks; block++) {
    x = layers.add(x, attention(layers, layerNorm(layers, x), heads));
    const inner = gelu(layers, layers.linear(layerNorm(layers, x), width * wider));
    x = layers.add(x, layers.linear(inner, width));
  }
  const rows = builder.node("Transpose", [layerNorm(layers, x)], { perm: ints([0, 2, 1]) });
  return builder.node("Reshape", [rows, builder.node("Shape", [placed])]);
}

/** At least eight patches a side, at most sixteen in common sizes: 4 at 32 pixels, 16 at 224. */
function patchSide(side: number): number {
  return side >= 128 ? 16 : side >= 64 ? 8 : 4;
}

/** [N, places, width]: every place takes from all, in several ways at once (Vaswani et al. 2017). */
function attention(layers: Layers, x: string, heads: number): string {
  const { builder } = layers;
  const width = builder.shapeOf(x)[2] as number;
  const split = (order: readonly number[]): string =>
    builder.node("Transpose", [builder.reshape(layers.linear(x, width), [0, -1, heads, width / heads])], { perm: ints(order) });
  const queries = split([0, 2, 1, 3]);
  const keys = split([0, 2, 3, 1]);
  const values = split([0, 2, 1, 3]);
  const scaled = builder.node("Mul", [queries, builder.scalar(1 / Math.sqrt(width / heads), x)]);
  const shares = builder.node("Softmax", [builder.node("MatMul", [scaled, keys])], { axis: int(3) });
  const taken = builder.node("Transpose", [builder.node("MatMul", [shares, values])], { perm: ints([0, 2, 1, 3]) });
  return layers.linear(builder.reshape(taken, [0, -1, width]), width);
}

function layerNorm(layers: Layers, x: string): string {
  const width = layers.builder.shapeOf(x).at(-1) as number;
  const scale = layers.fill("norm.weight", [width], 1);
  const shift = layers.fill("norm.bias", [width], 0);
  return layers.builder.node("LayerNormalization", [x, scale, shift], { axis: int(-1), epsilon: float(1e-6) });
}

/** Hendrycks and Gimpel 2016, exact: x times the share of a normal distribution below x. */
function gelu({ builder }: Layers, x: string): string {
  const share = builder.node("Erf", [builder.node("Mul", [x, builder.scalar(Math.SQRT1_2, x)])]);
  const half = builder.node("Mul", [x, builder.scalar(0.5, x)]);
  return builder.node("Mul", [half, builder.node("Add", [share, builder.scalar(1, x)])]);
}
