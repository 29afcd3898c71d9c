/**
 * @file Pictures by light, colourfulness and sharpness: twelve numbers that decoding took anyway, in deviations of this collection. An encoder is made to see through light and focus; what came out of another
 * camera, scanner or program often differs in just those (a scan among drawings, a texture among photos). By these numbers alone foreign pictures are found about as well as by the encoder's, and others than those.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { QualityMetrics } from "./metrics.ts";

/** What decoding measures (`PictureQuality` fits in as it is). */
export interface LightMetrics extends QualityMetrics {
  /** 0..255 */
  readonly meanBrightness: number;
  /** Bits, 0..8. */
  readonly entropy: number;
  /** 0..1 */
  readonly saturation: number;
}

export const lightDimensions = 12;
/** Farther from the mean counts as this far: one black picture among daylight must not make all others alike. */
const mostDeviations = 6;

/** [count, 12] as measured: for `standardise`. NaN where it is not known. */
export function lightTable(pictures: readonly (LightMetrics | null)[]): VectorTable {
  const values = new Float32Array(pictures.length * lightDimensions).fill(NaN);
  pictures.forEach((picture, row) => {
    if (picture === null) return;
    const { brightness, meanBrightness, contrast, entropy, saturation, peakSaturation, sharpness, blurEffect } = picture;
    values.set(
      [
        ...brightness,
        meanBrightness,
        contrast,
        entropy,
        saturation,
        peakSaturation,
        // Spans five orders of magnitude.
        sharpness === null ? NaN : Math.log1p(sharpness),
        blurEffect ?? NaN,
      ],
      row * lightDimensions,
    );
  });
  return { count: pictures.length, dimensions: lightDimensions, values };
}

/** Each column in standard deviations from its mean. What is not known lies at the mean; a column without spread says nothing and is zero. */
export function standardise({ count, dimensions, values }: VectorTable): VectorTable {
  const standardised = new Float32Array(values.length);
  for (let column = 0; column < dimensions; column++) {
    let [known, sum, squares] = [0, 0, 0];
    for (let at = column; at < values.length; at += dimensions) {
      if (Number.isNaN(values[at])) continue;
      known++;
      sum += values[at];
    }
    const mean = sum / known;
    for (let at = column; at < values.length; at += dimensions) if (!Number.isNaN(values[at])) squares += (values[at] - mean) ** 2;
    const deviation = Math.sqrt(squares / known);
    // Rounding alone is no spread.
    if (!(deviation > 1e-6 * Math.max(1, Math.abs(mean)))) continue;
    for (let at = column; at < values.length; at += dimensions) {
      const deviations = (values[at] - mean) / deviation;
      standardised[at] = Number.isNaN(deviations) ? 0 : Math.max(-mostDeviations, Math.min(mostDeviations, deviations));
    }
  }
  return { count, dimensions, values: standardised };
}

/**
 * The `k` nearest of each row by Euclidean distance, exactly: `similarities` are 1 - distance. Equally near ones in the order of their rows. Every row meets every other: for blocks of some thousand rows
 * (1,500: 40 ms).
 */
export function nearestByDistance({ count, dimensions, values }: VectorTable, k: number): NeighbourGraph {
  const width = Math.max(0, Math.min(k, count - 1));
  const indices = new Int32Array(count * width);
  const similarities = new Float32Array(count * width);
  const nearest = new Float64Array(width);
  for (let row = 0; row < count && width > 0; row++) {
    const places = indices.subarray(row * width, (row + 1) * width);
    nearest.fill(Infinity);
    for (let other = 0, at = 0; other < count; other++, at += dimensions) {
      if (other === row) continue;
      let squares = 0;
      for (let column = 0, from = row * dimensions; column < dimensions; column++, from++)
        squares += (values[from] - values[at + column]) ** 2;
      if (squares >= nearest[width - 1]) continue;
      let place = width - 1;
      for (; place > 0 && nearest[place - 1] > squares; place--) {
        nearest[place] = nearest[place - 1];
        places[place] = places[place - 1];
      }
      nearest[place] = squares;
      places[place] = other;
    }
    for (let place = 0; place < width; place++) similarities[row * width + place] = 1 - Math.sqrt(nearest[place]);
  }
  return { count, k: width, indices, similarities };
}
