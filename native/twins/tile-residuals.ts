/**
 * @file tileResiduals in TypeScript: by how much one plane misses another, tile by tile, once it is brightened evenly and moved by a part of a pixel (to first order, by the slopes of both). Columns of a tile are
 * summed down in 32-bit floats, then across.
 */
import { ArgumentCheck } from "../kernel-error.ts";
import { bandsOf, longestPlane, slopeOfBoth, tileCountOf, tileSums } from "./plane-tiles.ts";

export interface TileResidualsArguments {
  /** [height, width] each. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly width: number;
  readonly height: number;
  /** `second` is expected to be gain * first + bias. */
  readonly gain: number;
  readonly bias: number;
  /** A quarter of the pixels that `first` is moved by: what its and the other's slopes over two pixels are multiplied by. Both 0: not moved. The rim never is. */
  readonly stepX: number;
  readonly stepY: number;
  /** [tiles down, tiles across] of 8 x 8 pixels, the last ones take what is left over: added to it are the sums of squares. */
  readonly sums: Float64Array;
}

const round = Math.fround;

export function tileResiduals(given: TileResidualsArguments): void {
  const check = new ArgumentCheck("tileResiduals", given);
  const width = check.integer("width", 1, longestPlane);
  const height = check.integer("height", 1, longestPlane);
  const first = check.array("first", "Float32Array", width * height);
  const second = check.array("second", "Float32Array", width * height);
  const gain = round(check.number("gain", -1e6, 1e6));
  const bias = round(check.number("bias", -1e6, 1e6));
  const stepX = round(check.number("stepX", -1e3, 1e3));
  const stepY = round(check.number("stepY", -1e3, 1e3));
  const sums = check.array("sums", "Float64Array", tileCountOf(width) * tileCountOf(height));
  const isMoved = stepX !== 0 || stepY !== 0;
  const columns = new Float32Array(width);
  for (const { row, top, bottom } of bandsOf(height)) {
    columns.fill(0);
    for (let y = top; y < bottom; y++) {
      const isInside = isMoved && y > 0 && y < height - 1;
      for (let x = 0, at = y * width; x < width; x++, at++) {
        let residual = round(round((second[at] as number) - round(gain * (first[at] as number))) - bias);
        if (isInside && x > 0 && x < width - 1) {
          residual = round(residual - round(stepX * slopeOfBoth(first, second, at - 1, at + 1)));
          residual = round(residual - round(stepY * slopeOfBoth(first, second, at - width, at + width)));
        }
        columns[x] = round((columns[x] as number) + round(residual * residual));
      }
    }
    tileSums(columns, sums, row);
  }
}
