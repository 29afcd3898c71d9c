/** @file Random directions. */
import type { Random } from "../../base/random.ts";

/** [count, width]: rows of unit length, each direction as likely. */
export function unitRows(count: number, width: number, random: Random): Float32Array {
  const rows = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let at = row * width; at < (row + 1) * width; at++) {
      const value = random.normal();
      rows[at] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares) || 1;
    for (let at = row * width; at < (row + 1) * width; at++) rows[at] = (rows[at] as number) / length;
  }
  return rows;
}
