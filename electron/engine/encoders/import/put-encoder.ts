/**
 * @file Puts an encoder into the data directory as a whole or not at all: its folder is filled and tried beside its place, then moved in.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../base/errors.ts";
import { makeTemporaryFolder } from "../../base/temporary-folder.ts";
import { byteNormalisation } from "../byte-normalisation.ts";
import { cardName, modelName, readEncoderCard, writeEncoderCard, type EncoderCard } from "../encoder-card.ts";
import { findEncoder, ownEncodersFolder, type RegisteredEncoder } from "../registry.ts";
import { tryTextHalf } from "./import-text.ts";
import { tryEncoder } from "./try-encoder.ts";

export interface Place {
  readonly dataFolder: string;
  readonly threads: number;
  /** Files that lie beside the model, by their names: those of the text half. */
  readonly beside: ReadonlyMap<string, Uint8Array>;
}

/** Writes the folder beside its place, tries the encoder there, and moves it in. One that is there already is the same one. */
export async function putEncoder(card: EncoderCard, bytes: Uint8Array, { dataFolder, threads, beside }: Place): Promise<RegisteredEncoder> {
  const folder = ownEncodersFolder(dataFolder);
  const known = knownEncoder(card.id, dataFolder);
  if (known !== null) return known;
  // The registry does not look at folders that begin with a dot.
  const temporary = makeTemporaryFolder(folder, ".");
  try {
    await fillAndTry(temporary, { card, bytes, beside }, threads);
    rmSync(join(folder, card.id), { recursive: true, force: true });
    renameSync(temporary, join(folder, card.id));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return findEncoder(card.id, dataFolder);
}

export interface EncoderFiles {
  readonly card: EncoderCard;
  /** The model. */
  readonly bytes: Uint8Array;
  readonly beside: ReadonlyMap<string, Uint8Array>;
}

/** Writes the files into a folder and tries them there; the card that is written, and given, says with which batch and texts they run. */
export async function fillAndTry(folder: string, { card, bytes, beside }: EncoderFiles, threads: number): Promise<EncoderCard> {
  const modelPath = join(folder, modelName);
  writeFileSync(modelPath, bytes);
  for (const [name, content] of beside) writeFileSync(join(folder, name), content);
  const { name, layout, size, colour, batch: asked } = card.input;
  const trial = {
    modelPath,
    input: { name, layout, size, colour, batch: asked, ...byteNormalisation(card.input) },
    outputName: card.output.name,
    dimensions: card.output.dimensions,
  };
  const tried = { ...card, input: { ...card.input, batch: await tryEncoder(trial, threads) } };
  writeFileSync(join(folder, cardName), writeEncoderCard(tried, "imported"));
  const textInput = await tryTextHalf(readEncoderCard(folder), threads);
  if (card.text !== undefined && textInput !== null)
    writeFileSync(join(folder, cardName), writeEncoderCard({ ...tried, text: { ...card.text, input: textInput } }, "imported"));
  return readEncoderCard(folder);
}

/** Null also where it is there and damaged: then it is made anew. */
function knownEncoder(id: string, dataFolder: string): RegisteredEncoder | null {
  try {
    return findEncoder(id, dataFolder);
  } catch (thrown) {
    if (thrown instanceof UserError) return null;
    throw thrown;
  }
}
