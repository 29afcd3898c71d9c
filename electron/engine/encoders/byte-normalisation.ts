/**
 * @file From an encoder's own terms (range, mean, std) to the two numbers per channel that bytes need: (byte - mean) / std.
 */
import type { EncoderInput } from "./encoder-card.ts";

export interface ByteNormalisation {
  /** In the order of the encoder's channels. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** (low + byte (high - low) / 255 - mean) / std, solved for the byte. With the range 0 to 255 it is mean and std themselves. */
export function byteNormalisation({ range: [low, high], mean, std }: Pick<EncoderInput, "range" | "mean" | "std">): ByteNormalisation {
  const scale = 255 / (high - low);
  const shifted = (value: number): number => (value - low) * scale;
  return {
    mean: [shifted(mean[0]), shifted(mean[1]), shifted(mean[2])],
    std: [std[0] * scale, std[1] * scale, std[2] * scale],
  };
}
