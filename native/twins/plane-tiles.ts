/** @file Tiles of 8 x 8 pixels of a plane, for the twins that sum over them: the last tiles take what is left over, and a small plane is one tile. */

/** Longest side of a plane that these kernels take. */
export const longestPlane = 4096;

export const tileSide = 8;

export function tileCountOf(length: number): number {
  return Math.max(1, Math.floor(length / tileSide));
}

/** Rows of tiles: rows of pixels from `top` to before `bottom`. */
export function bandsOf(height: number): { readonly row: number; readonly top: number; readonly bottom: number }[] {
  const count = tileCountOf(height);
  return Array.from({ length: count }, (_, row) => ({
    row,
    top: row * tileSide,
    bottom: row + 1 === count ? height : (row + 1) * tileSide,
  }));
}

/** Adds sums of columns of pixels to the tiles of a row. */
export function tileSums(columns: Float32Array, sums: Float64Array, row: number): void {
  const across = tileCountOf(columns.length);
  for (let tile = 0; tile < across; tile++) {
    const end = tile + 1 === across ? columns.length : (tile + 1) * tileSide;
    let sum = 0;
    for (let x = tile * tileSide; x < end; x++) sum += columns[x] as number;
    sums[row * across + tile] = (sums[row * across + tile] as number) + sum;
  }
}

/** Between two pixels, of two planes together. */
export function slopeOfBoth(first: Float32Array, second: Float32Array, from: number, to: number): number {
  const ofFirst = Math.fround((first[to] as number) - (first[from] as number));
  return Math.fround(Math.fround(ofFirst + (second[to] as number)) - (second[from] as number));
}

/** Sums of four lanes as one, added two by two. */
export function lanesTogether(lanes: Float64Array): number {
  const [one, two, three, four] = lanes as unknown as [number, number, number, number];
  return one + two + (three + four);
}
