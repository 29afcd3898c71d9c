/**
 * @file From bytes to the numbers that a network takes.
 */
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import type { Normalisation } from "../augment/draw-views.ts";

/** Nets from nothing take numbers around 0; what is learnt does not depend on which. */
export function normalisationOf(card: EncoderCard | null): Normalisation {
  if (card === null) return { ...scratchNormalisation, white: 255, layout: "NCHW" };
  const { layout, colour } = card.input;
  return { ...byteNormalisation(card.input), white: 255, layout, colour };
}

export const scratchNormalisation = { mean: [127.5, 127.5, 127.5], std: [64, 64, 64] } as const;
