/**
 * @file A part of a picture sought in others: the mean of the cells of a feature map that lie in a box, held against every window of as many cells elsewhere. Sums over
 * windows come from one table of running sums, so a window costs as much whatever its size.
 */
import type { CellMap } from "../base/cell-map.ts";
import { BugError } from "../base/errors.ts";

/** Left, top, width, height as shares of the picture, 0 to 1. */
export type Box = readonly [left: number, top: number, width: number, height: number];

export interface RegionMatch {
  readonly similarity: number;
  readonly box: Box;
}

/** The mean cell over several pictures: what every cell has says nothing of any. */
export function meanCell(maps: readonly CellMap[]): Float32Array {
  const [first] = maps;
  if (first === undefined) throw new BugError("the mean of no maps");
  const sum = new Float64Array(first.channels);
  for (const { side, values } of maps)
    values.forEach((value, at) => {
      const channel = Math.floor(at / (side * side));
      sum[channel] = (sum[channel] as number) + value / (side * side * maps.length);
    });
  return Float32Array.from(sum);
}

/** The cells that a box covers by half at least in either direction; one at least. */
export function cellsOf([left, top, width, height]: Box, side: number): { column: number; row: number; columns: number; rows: number } {
  const along = (from: number, length: number): [number, number] => {
    const count = Math.max(1, Math.min(side, Math.round(length * side)));
    return [Math.max(0, Math.min(side - count, Math.round((from + length / 2) * side - count / 2))), count];
  };
  const [[column, columns], [row, rows]] = [along(left, width), along(top, height)];
  return { column, row, columns, rows };
}

/** Unit length; null where the region has nothing of its own. */
export function regionVector(map: CellMap, box: Box, centre: Float32Array): Float32Array | null {
  const { column, row, columns, rows } = cellsOf(box, map.side);
  const sums = runningSums(map, centre);
  const vector = windowSum(sums, map, { column, row, columns, rows });
  const length = Math.hypot(...vector);
  return length > 1e-12 ? Float32Array.from(vector, (value) => value / length) : null;
}

/** The window of so many cells that is most like the query; of equals the first by row and column. */
export function bestWindow(
  map: CellMap,
  query: Float32Array,
  size: { readonly columns: number; readonly rows: number },
  centre: Float32Array,
): RegionMatch {
  // prettier-ignore
  const sums = runningSums(map, centre);
  const { side } = map;
  const { columns, rows } = size;
  let best: RegionMatch = { similarity: -1, box: [0, 0, columns / side, rows / side] };
  for (let row = 0; row + rows <= side; row++)
    for (let column = 0; column + columns <= side; column++) {
      const vector = windowSum(sums, map, { column, row, columns, rows });
      let [product, squares] = [0, 0];
      vector.forEach((value, at) => {
        product += value * (query[at] as number);
        squares += value * value;
      });
      const similarity = squares > 1e-24 ? product / Math.sqrt(squares) : -1;
      if (similarity > best.similarity) best = { similarity, box: [column / side, row / side, columns / side, rows / side] };
    }
  return best;
}

/** [(side + 1), (side + 1), channels]: the sum of all cells above and left, each less the centre and made unit length, so that bright cells do not outweigh others. */
function runningSums({ channels, side, values }: CellMap, centre: Float32Array): Float64Array {
  const plane = side * side;
  const stride = (side + 1) * channels;
  const sums = new Float64Array((side + 1) * stride);
  const cell = new Float64Array(channels);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      let squares = 0;
      for (let channel = 0; channel < channels; channel++) {
        const value = (values[channel * plane + row * side + column] as number) - (centre[channel] as number);
        cell[channel] = value;
        squares += value * value;
      }
      const scale = squares > 1e-24 ? 1 / Math.sqrt(squares) : 0;
      const at = (row + 1) * stride + (column + 1) * channels;
      for (let channel = 0; channel < channels; channel++)
        sums[at + channel] =
          (cell[channel] as number) * scale +
          (sums[at - stride + channel] as number) +
          (sums[at - channels + channel] as number) -
          (sums[at - stride - channels + channel] as number);
    }
  return sums;
}

function windowSum(
  sums: Float64Array,
  { channels, side }: CellMap,
  { column, row, columns, rows }: { column: number; row: number; columns: number; rows: number },
): Float64Array {
  const stride = (side + 1) * channels;
  const at = (r: number, c: number): number => r * stride + c * channels;
  const [a, b, c, d] = [at(row, column), at(row, column + columns), at(row + rows, column), at(row + rows, column + columns)];
  return Float64Array.from(
    { length: channels },
    (_, channel) =>
      (sums[d + channel] as number) - (sums[b + channel] as number) - (sums[c + channel] as number) + (sums[a + channel] as number),
  );
}
