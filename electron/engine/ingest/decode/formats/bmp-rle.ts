/**
 * @file Run lengths of bitmaps (BI_RLE8 and BI_RLE4): pairs of count and value; a zero count escapes to end of line (0), end of picture (1), a
 * jump (2) or a literal run (3 and more, padded to two bytes). What is never written stays colour 0.
 */

/** @returns [height, width] palette indexes in the stored order of rows. */
export function unpackRunLengths(bytes: Uint8Array, size: { width: number; height: number; bits: number }): Uint8Array {
  const { width, height, bits } = size;
  const indexes = new Uint8Array(width * height);
  const put = (x: number, y: number, value: number): void => {
    if (x < width && y < height) indexes[y * width + x] = value;
  };
  let x = 0;
  let y = 0;
  let at = 0;
  while (at + 1 < bytes.length && y < height) {
    const count = bytes[at] as number;
    const value = bytes[at + 1] as number;
    at += 2;
    if (count > 0) {
      for (let index = 0; index < count; index++) put(x++, y, bits === 8 ? value : (index & 1) === 0 ? value >> 4 : value & 15);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let index = 0; index < value; index++) {
        const literal = bytes[at + (bits === 8 ? index : index >> 1)] ?? 0;
        put(x++, y, bits === 8 ? literal : (index & 1) === 0 ? literal >> 4 : literal & 15);
      }
      const used = bits === 8 ? value : (value + 1) >> 1;
      at += used + (used & 1);
    }
  }
  return indexes;
}
