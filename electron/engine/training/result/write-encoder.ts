/**
 * @file Writes a candidate as an encoder of its own: one ONNX file and its card.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  cardName,
  modelName,
  writeEncoderCard,
  type EncoderCard,
  type EncoderInput,
  type Provenance,
} from "../../encoders/encoder-card.ts";
import type { TextTower } from "../../encoders/text-tower.ts";
import { writeModel } from "../../onnx/write.ts";
import { compose, embeddingOutput, type Composition } from "./compose.ts";

export interface EncoderText {
  readonly id: string;
  readonly name: string;
  readonly licence: string;
  readonly source: string;
  readonly provenance: Provenance;
  readonly report: EncoderCard["report"];
  /** Its text half, whose files lie in the folder already. */
  readonly text?: TextTower;
}

/** Into `folder`, which is made. */
export function writeTrainedEncoder(folder: string, composition: Composition, input: EncoderInput, text: EncoderText): EncoderCard {
  const { model, dimensions, alsoOutputs } = compose(composition);
  const bytes = writeModel(model);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, modelName), bytes);
  const card: EncoderCard = {
    ...text,
    modelPath: join(folder, modelName),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    input,
    output: { name: embeddingOutput, dimensions, normalise: "l2" },
    spatial: alsoOutputs,
  };
  writeFileSync(join(folder, cardName), writeEncoderCard(card, "trained"));
  return card;
}
