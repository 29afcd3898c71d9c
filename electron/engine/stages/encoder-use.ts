/**
 * @file From an encoder's card to its row in the store and to what the inference worker needs.
 */
import { byteNormalisation } from "../encoders/byte-normalisation.ts";
import { preprocessingVersion, type RegisteredEncoder } from "../encoders/registry.ts";
import type { OpenRequest } from "../runtime/inference-messages.ts";
import type { EncoderWrite } from "../store/queries/embeddings.ts";

/** The exact identity under which an encoder's vectors are stored. */
export function describeEncoderRow({ card, origin }: RegisteredEncoder): EncoderWrite {
  return {
    id: card.id,
    name: card.name,
    source: origin,
    dimensions: card.output.dimensions,
    weights_hash: card.sha256,
    preprocessing_version: preprocessingVersion,
  };
}

export function inferenceRequest({ card }: RegisteredEncoder, threads: number): Omit<OpenRequest, "kind" | "device"> {
  const { name, layout, size, colour, batch } = card.input;
  return {
    modelPath: card.modelPath,
    threads,
    input: { name, layout, size, colour, batch, ...byteNormalisation(card.input) },
    outputName: card.output.name,
    dimensions: card.output.dimensions,
  };
}
