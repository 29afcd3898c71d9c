/**
 * @file smoothPlane in TypeScript: a plane blurred by (1 2 1) / 4 both ways, how lively each of its tiles is then, and what its variance is made of. Columns of a tile are summed down in 32-bit floats, then
 * across; moments are summed in four lanes, by the column's place among four.
 */
import { ArgumentCheck } from "../kernel-error.ts";
import { bandsOf, lanesTogether, longestPlane, tileCountOf, tileSums } from "./plane-tiles.ts";

export interface SmoothPlaneArguments {
  /** [height, width] */
  readonly plane: Float32Array;
  readonly width: number;
  readonly height: number;
  /** [height, width]; filled. The edge goes on outside. */
  readonly blurred: Float32Array;
  /** [tiles down, tiles across] of 8 x 8 pixels, the last ones take what is left over: added to it are the sums of squared slopes (differences over two pixels), the rim left out. */
  readonly energies: Float64Array;
  /** [2] sum and sum of squares of `blurred`; filled. */
  readonly moments: Float64Array;
}

const round = Math.fround;

export function smoothPlane(given: SmoothPlaneArguments): void {
  const check = new ArgumentCheck("smoothPlane", given);
  const width = check.integer("width", 1, longestPlane);
  const height = check.integer("height", 1, longestPlane);
  const plane = check.array("plane", "Float32Array", width * height);
  const blurred = check.array("blurred", "Float32Array", width * height);
  const energies = check.array("energies", "Float64Array", tileCountOf(width) * tileCountOf(height));
  const moments = check.array("moments", "Float64Array", 2);
  blur(plane, width, height, blurred);
  addEnergies(blurred, width, height, energies);
  addUp(blurred, width, moments);
}

function blur(plane: Float32Array, width: number, height: number, blurred: Float32Array): void {
  const across = new Float32Array(plane.length);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      across[at] = mix(plane[x > 0 ? at - 1 : at] as number, plane[at] as number, plane[x < width - 1 ? at + 1 : at] as number);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      blurred[at] = mix(
        across[y > 0 ? at - width : at] as number,
        across[at] as number,
        across[y < height - 1 ? at + width : at] as number,
      );
}

/** Quarters and halves are exact. */
function mix(before: number, here: number, behind: number): number {
  return round(round(0.25 * before + 0.5 * here) + 0.25 * behind);
}

function addEnergies(blurred: Float32Array, width: number, height: number, energies: Float64Array): void {
  const columns = new Float32Array(width);
  for (const { row, top, bottom } of bandsOf(height)) {
    columns.fill(0);
    for (let y = Math.max(1, top); y < Math.min(height - 1, bottom); y++)
      for (let x = 1; x < width - 1; x++) {
        const at = y * width + x;
        const across = round((blurred[at + 1] as number) - (blurred[at - 1] as number));
        const down = round((blurred[at + width] as number) - (blurred[at - width] as number));
        columns[x] = round((columns[x] as number) + round(round(across * across) + round(down * down)));
      }
    tileSums(columns, energies, row);
  }
}

function addUp(blurred: Float32Array, width: number, moments: Float64Array): void {
  const [sums, squares] = [new Float64Array(4), new Float64Array(4)];
  for (let at = 0; at < blurred.length; at++) {
    const value = blurred[at] as number;
    const lane = (at % width) & 3;
    sums[lane] = (sums[lane] as number) + value;
    squares[lane] = (squares[lane] as number) + value * value;
  }
  moments.set([lanesTogether(sums), lanesTogether(squares)]);
}
