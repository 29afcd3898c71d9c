/** @file A strip of views as one image: a column for each picture, itself on top, its views below; transparent between them. */
import type { ViewStrip } from "#protocol/training.ts";

/** Bytes of RGBA, row by row. */
export function stripPixels(
  { sidePx, pictures, viewsEach, pixels }: ViewStrip,
  gapPx: number,
): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const rows = 1 + viewsEach;
  const width = Math.max(1, pictures * (sidePx + gapPx) - gapPx);
  const height = rows * (sidePx + gapPx) - gapPx;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let picture = 0; picture < pictures; picture++)
    for (let row = 0; row < rows; row++)
      for (let y = 0; y < sidePx; y++) {
        let from = ((picture * rows + row) * sidePx + y) * sidePx * 3;
        let to = ((row * (sidePx + gapPx) + y) * width + picture * (sidePx + gapPx)) * 4;
        for (let x = 0; x < sidePx; x++, from += 3, to += 4) {
          data[to] = pixels[from] as number;
          data[to + 1] = pixels[from + 1] as number;
          data[to + 2] = pixels[from + 2] as number;
          data[to + 3] = 255;
        }
      }
  return { data, width, height };
}

export function stripImage(strip: ViewStrip, gapPx: number): ImageData {
  const { data, width, height } = stripPixels(strip, gapPx);
  return new ImageData(data, width, height);
}
