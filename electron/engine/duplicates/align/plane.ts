/** @file A plane of brightness, softened and looked at between its pixels. */

/** [height, width] brightness, 0..255. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Blurred by (1 4 6 4 1) / 16 both ways: single pixels must not decide a comparison. */
export function soften({ width, height, values }: Plane): Plane {
  const across = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = row + Math.max(0, x - 1);
      const right = row + Math.min(width - 1, x + 1);
      const farLeft = row + Math.max(0, x - 2);
      const farRight = row + Math.min(width - 1, x + 2);
      across[row + x] = (values[farLeft] + values[farRight] + 4 * (values[left] + values[right]) + 6 * values[row + x]) / 16;
    }
  }
  const both = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const rows = [y - 2, y - 1, y, y + 1, y + 2].map((row) => Math.max(0, Math.min(height - 1, row)) * width);
    for (let x = 0; x < width; x++)
      both[y * width + x] =
        (across[rows[0] + x] + across[rows[4] + x] + 4 * (across[rows[1] + x] + across[rows[3] + x]) + 6 * across[rows[2] + x]) / 16;
  }
  return { width, height, values: both };
}

/** Linear between the four pixels around; the edge goes on outside. Pixel centres lie at halves. */
export function sampleAt({ width, height, values }: Plane, x: number, y: number): number {
  const left = Math.max(0, Math.min(width - 1, x - 0.5));
  const top = Math.max(0, Math.min(height - 1, y - 0.5));
  const column = Math.min(width - 2 < 0 ? 0 : width - 2, Math.floor(left));
  const row = Math.min(height - 2 < 0 ? 0 : height - 2, Math.floor(top));
  const right = left - column;
  const down = top - row;
  const at = row * width + column;
  const nextColumn = width > 1 ? 1 : 0;
  const nextRow = height > 1 ? width : 0;
  const above = values[at] + right * (values[at + nextColumn] - values[at]);
  const below = values[at + nextRow] + right * (values[at + nextRow + nextColumn] - values[at + nextRow]);
  return above + down * (below - above);
}
