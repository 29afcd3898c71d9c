/**
 * @file From bytes to the numbers that a network takes.
 */
import { UserError } from "../../base/errors.ts";
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import type { Normalisation } from "../augment/draw-views.ts";

/** Nets from nothing take numbers around 0; what is learnt does not depend on which. */
export function normalisationOf(card: EncoderCard | null): Normalisation {
  if (card === null) return { ...scratchNormalisation, white: 255, layout: "NCHW" };
  if (card.input.colour === "BGR")
    throw new UserError("trainable", `${card.id} takes its colours as BGR; only encoders that take RGB can be trained yet.`);
  return { ...byteNormalisation(card.input), white: 255, layout: card.input.layout };
}

export const scratchNormalisation = { mean: [127.5, 127.5, 127.5], std: [64, 64, 64] } as const;
