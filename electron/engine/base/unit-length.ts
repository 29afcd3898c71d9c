/**
 * @file Vectors made unit length.
 */

/** Makes each row of `values` [.., dimensions] unit length, in place; a row of zeros stays. */
export function makeUnitRows(values: Float32Array, dimensions: number): Float32Array {
  for (let start = 0; start < values.length; start += dimensions) {
    let squares = 0;
    for (let at = start; at < start + dimensions; at++) squares += (values[at] as number) ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = start; at < start + dimensions; at++) values[at] = (values[at] as number) * scale;
  }
  return values;
}
