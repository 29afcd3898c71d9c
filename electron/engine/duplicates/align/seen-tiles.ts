/** @file Which tiles two pictures both show, where one does not reach everywhere. */
import type { Prepared } from "../prepared.ts";

/** [tilesDown, tilesAcross] 1 where every pixel of the tile, and every pixel next to it, is reached. */
export function seenTiles(reached: Uint8Array, { width, height, tilesAcross, tilesDown }: Prepared): Uint8Array {
  const seen = new Uint8Array(tilesAcross * tilesDown).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (reached[y * width + x] === 1) continue;
      for (const row of [y - 1, y, y + 1])
        for (const column of [x - 1, x, x + 1]) seen[tileAt({ tilesAcross, tilesDown }, Math.max(0, column), Math.max(0, row))] = 0;
    }
  }
  return seen;
}

/** The finest detail of what is not compared is left out of the question whose it is. */
export function withoutDetail(prepared: Prepared, shown: Uint8Array): Prepared {
  const { width, height, blurred } = prepared;
  const sharpLuma = Float32Array.from(prepared.sharpLuma);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (shown[tileAt(prepared, x, y)] === 0) sharpLuma[y * width + x] = blurred[0][y * width + x];
  return { ...prepared, sharpLuma };
}

/** The last tiles take what is left over. */
export function tileAt({ tilesAcross, tilesDown }: Pick<Prepared, "tilesAcross" | "tilesDown">, x: number, y: number): number {
  return Math.min(tilesDown - 1, y >> 3) * tilesAcross + Math.min(tilesAcross - 1, x >> 3);
}
