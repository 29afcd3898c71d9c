/**
 * @file The gradient of the weights of a convolution in which each channel is for itself, where pictures are too large for every pixel to meet every one (depthwise.ts): the rows of the output in
 * blocks of a few, and the rows of the picture in blocks of as many strides, so that most places of the kernel join a block with the block of the same number. Those meet in one product
 * without a copy; of the others only the rows at their edges are cut out.
 */
import { ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { turned } from "../../gradient.ts";
import { fromDiagonals, joins, nameOf, type DepthwiseShape } from "./depthwise.ts";
import { beforeTranspose } from "./transpose.ts";
import type { Matrix } from "./tiles.ts";

/** Rows times columns of a product up to which larger blocks are better (measured: products of 96 x 96 take half the time a number of those of 24 x 24). */
const productSize = 96 * 96;

/** Rows of a block that a product takes. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

/** What a block of the output meets `distance` blocks further on in the picture. */
interface Meeting {
  readonly distance: number;
  readonly picture: Rows;
  readonly output: Rows;
}

/** @param x [N, C, H, W] @param g [N, C, h, w] @returns [C, 1, kh, kw] */
export function depthwiseWeightGradientByBlocks(builder: GraphBuilder, x: string, g: string, shape: DepthwiseShape): string {
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const { rows, columns } = shape;
  const height = blockHeight(shape);
  const blocks = Math.ceil(Math.max(rows.input / rows.stride, rows.output) / height);
  const [taken, given] = [height * rows.stride, height];
  const picture = inBlocks(builder, x, blocks, taken);
  const output = inBlocks(builder, g, blocks, given);
  const cut = (value: string, first: number, count: number, { from, to }: Rows): string => {
    const [, , , all = 1, width = 1] = builder.shapeOf(value);
    const isAll = count === blocks && to - from === all;
    const part = isAll ? value : builder.node("Slice", [value, builder.list([first, from]), builder.list([first + count, to]), builder.list([2, 3])]); // prettier-ignore
    return builder.reshape(part, [channels, batch * count, (to - from) * width]);
  };
  const parts = meetings(shape, blocks, height).map((meeting) => {
    const { distance } = meeting;
    const count = blocks - Math.abs(distance);
    const above = cut(picture, Math.max(0, distance), count, meeting.picture);
    const below = cut(output, Math.max(0, -distance), count, meeting.output);
    const pairs = builder.node("MatMul", [turned(builder, above), below]);
    return fromDiagonals(builder, pairs, placesOf(shape, meeting, taken), [rows.kernel, columns.kernel]);
  });
  const [first, ...rest] = parts;
  if (first === undefined) return builder.constant("float32", [channels, 1, rows.kernel, columns.kernel], Array<number>(channels * rows.kernel * columns.kernel).fill(0)); // prettier-ignore
  return rest.reduce((sum, part) => builder.node("Add", [sum, part]), first);
}

/** Rows of the output in a block: so many that its product is of a good size, and that they go into the output without a rest. */
function blockHeight({ rows, columns }: DepthwiseShape): number {
  const most = Math.floor(Math.sqrt(productSize / (rows.stride * columns.input * columns.output)));
  const heights = Array.from({ length: Math.min(most, rows.output) }, (_, at) => at + 1);
  return heights.filter((height) => rows.output % height === 0).at(-1) ?? 1;
}

/** [N, C, H, W] -> [C, N, blocks, rows of a block, W], with rows of zeros at the end where the blocks reach further. */
function inBlocks(builder: GraphBuilder, value: string, blocks: number, height: number): string {
  const [batch = 1, channels = 1, rows = 1, width = 1] = builder.shapeOf(value);
  const laidOut = beforeTranspose(builder, value, [1, 0, 2, 3]) ?? builder.node("Transpose", [value], { perm: ints([1, 0, 2, 3]) });
  const missing = blocks * height - rows;
  const whole = missing === 0 ? laidOut : builder.node("Pad", [laidOut, builder.list([0, 0, 0, 0, 0, 0, missing, 0])]);
  return builder.reshape(whole, [channels, batch, blocks, height, width]);
}

function meetings({ rows }: DepthwiseShape, blocks: number, height: number): Meeting[] {
  const taken = height * rows.stride;
  const met = new Map<number, { readonly picture: number[]; readonly output: number[] }>();
  for (let row = 0; row < height; row++)
    for (let place = 0; place < rows.kernel; place++) {
      const seen = row * rows.stride + place * rows.dilation - rows.pad;
      const distance = Math.floor(seen / taken);
      if (Math.abs(distance) >= blocks) continue;
      const known = met.get(distance) ?? { picture: [], output: [] };
      met.set(distance, { picture: [...known.picture, seen - distance * taken], output: [...known.output, row] });
    }
  const span = (places: readonly number[]): Rows => ({ from: Math.min(...places), to: Math.max(...places) + 1 });
  return [...met].map(([distance, { picture, output }]) => ({ distance, picture: span(picture), output: span(output) }));
}

/** [places of the kernel, pixels of the picture's rows * pixels of the output's]: 1 where that place joins the two. */
function placesOf({ rows, columns }: DepthwiseShape, { distance, picture, output }: Meeting, taken: number): Matrix {
  const outputs = (output.to - output.from) * columns.output;
  const first = distance * taken + picture.from;
  return {
    name: `blocks/${[first, picture.to - picture.from, output.from, output.to].join("-")}/${[rows, columns].map(nameOf).join("/")}`,
    rows: rows.kernel * columns.kernel,
    columns: elementCount([picture.to - picture.from, columns.input, outputs]),
    valueAt: (place, at) => {
      const [from, to] = [Math.floor(at / outputs), at % outputs];
      const down = joins(rows, Math.floor(place / columns.kernel), first + Math.floor(from / columns.input), output.from + Math.floor(to / columns.output)); // prettier-ignore
      return down && joins(columns, place % columns.kernel, from % columns.input, to % columns.output) ? 1 : 0;
    },
  };
}
