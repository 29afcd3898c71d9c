/**
 * @file One axis of a convolution as three small matrices: what the picture, the kernel and the products of the two are multiplied with,
 *
 *   output = after^T ((kernel w) * (before x))        point by point
 *
 * so that a convolution becomes products of matrices along its axes (Winograd 1980; Lavin and Gray 2015, arXiv 1509.09308). The weights' gradient takes the same matrices
 * the other way round.
 */

import { tensorFrom } from "../../../onnx/tensor-values.ts";
import type { GraphBuilder } from "../../../onnx/graph-builder.ts";

export interface Matrix {
  /** The same for the same numbers. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  valueAt(row: number, column: number): number;
}

export interface TiledAxis {
  /** Products for each tile. */
  readonly points: number;
  readonly tiles: number;
  /** [points * tiles, pixels in]; the points change slowest. */
  readonly before: Matrix;
  /** [points, kernel] */
  readonly kernel: Matrix;
  /** [points * tiles, pixels out]; null where a tile is one pixel whose products are added up. */
  readonly after: Matrix | null;
}

export interface AxisShape {
  readonly input: number;
  readonly output: number;
  /** Pixels before the first. */
  readonly pad: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** F(4, 3): four outputs of a kernel of three from six points, 0, 1, -1, 2, -2 and infinity. */
const before = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const kernel = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const after = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [1, -2, 4, -8],
  [0, 0, 0, 1],
];

/** For kernels of three at stride 1. @param isTurned for the kernel read from its end, as the gradient by the picture needs it */
export function winogradAxis({ input, output, pad }: Pick<AxisShape, "input" | "output" | "pad">, isTurned = false): TiledAxis {
  const tiles = Math.ceil(output / 4);
  const name = `winograd/${input}-${output}-${pad}`;
  return {
    points: 6,
    tiles,
    before: {
      name: `${name}/before`,
      rows: 6 * tiles,
      columns: input,
      valueAt: (row, column) => before[Math.floor(row / tiles)]?.[column + pad - 4 * (row % tiles)] ?? 0,
    },
    kernel: {
      name: `winograd/${isTurned ? "turned" : "kernel"}`,
      rows: 6,
      columns: 3,
      valueAt: (point, at) => kernel[point]?.[isTurned ? 2 - at : at] as number,
    },
    after: {
      name: `${name}/after`,
      rows: 6 * tiles,
      columns: output,
      valueAt: (row, column) => after[Math.floor(row / tiles)]?.[column - 4 * (row % tiles)] ?? 0,
    },
  };
}

/** For any kernel: what each of its places sees, as it is. */
export function plainAxis({ input, output, pad, kernel: size, stride, dilation }: AxisShape): TiledAxis {
  return {
    points: size,
    tiles: output,
    before: {
      name: `places/${input}-${output}-${pad}-${size}-${stride}-${dilation}/before`,
      rows: size * output,
      columns: input,
      valueAt: (row, column) => (column === (row % output) * stride + Math.floor(row / output) * dilation - pad ? 1 : 0),
    },
    kernel: { name: `places/${size}/kernel`, rows: size, columns: size, valueAt: (row, column) => (row === column ? 1 : 0) },
    after: null,
  };
}

/** The matrix as a constant of a graph: the same one for all who ask. */
export function constantOf(builder: GraphBuilder, { name, rows, columns, valueAt }: Matrix, factor = 1): string {
  const values = Float32Array.from({ length: rows * columns }, (_, at) => factor * valueAt(Math.floor(at / columns), at % columns));
  return builder.shared(tensorFrom(factor === 1 ? name : `${name}/${factor}`, "float32", [rows, columns], values));
}
