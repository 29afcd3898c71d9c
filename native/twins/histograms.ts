/**
 * @file histograms in TypeScript: how often each level of grey, and of colourfulness (largest of R, G, B less the smallest), occurs in an RGB
 * picture.
 */
import { ArgumentCheck, maxCount } from "../kernel-error.ts";

export interface HistogramsArguments {
  /** [count, 3] */
  readonly source: Uint8Array;
  readonly count: number;
  /** [256] Pixels of each grey, (77 R + 150 G + 29 B + 128) >> 8. */
  readonly greys: Uint32Array;
  /** [256] Pixels of each colourfulness. */
  readonly chromas: Uint32Array;
}

export function histograms(given: HistogramsArguments): void {
  const check = new ArgumentCheck("histograms", given);
  const count = check.integer("count", 0, maxCount);
  const source = check.array("source", "Uint8Array", count * 3);
  const greys = check.array("greys", "Uint32Array", 256);
  const chromas = check.array("chromas", "Uint32Array", 256);
  greys.fill(0);
  chromas.fill(0);
  for (let at = 0; at < count * 3; at += 3) {
    const red = source[at] as number;
    const green = source[at + 1] as number;
    const blue = source[at + 2] as number;
    const grey = (red * 77 + green * 150 + blue * 29 + 128) >> 8;
    const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
    greys[grey] = (greys[grey] as number) + 1;
    chromas[most - least] = (chromas[most - least] as number) + 1;
  }
}
