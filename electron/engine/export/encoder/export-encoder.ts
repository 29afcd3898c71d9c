/**
 * @file An encoder as a folder that others can use: model.onnx, encoder.json, README.md. What was written is opened again and must give the
 * vectors that the app gives; only then do the files get their names.
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { ExportedEncoder, SmallerEncoder, SmallerForm } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { productVersion } from "../../base/version.ts";
import { cardName, modelName, writeEncoderCard, type EncoderCard } from "../../encoders/encoder-card.ts";
import { addFeatureMaps } from "../../encoders/feature-maps.ts";
import type { RegisteredEncoder } from "../../encoders/registry.ts";
import { textModelName, tokenizerNames } from "../../encoders/text-tower.ts";
import { readModel } from "../../onnx/read.ts";
import { writeModel } from "../../onnx/write.ts";
import { inferenceRequest } from "../../stages/encoder-use.ts";
import { pictureCount, type CheckPictures } from "./check-pictures.ts";
import { licencesOf, readmeName, tolerance, writeFolder } from "./export-folder.ts";
import { modelCard } from "./model-card.ts";
import { farthest, runModel } from "./run-model.ts";
import { writeSmaller } from "./smaller.ts";

export interface ExportRequest {
  readonly encoder: RegisteredEncoder;
  /** Made where it is missing. */
  readonly folder: string;
  readonly featureMaps: boolean;
  readonly threads: number;
  /** On the first of which the file is held against the app, on all of which smaller forms are tried. */
  readonly pictures: CheckPictures;
  /** Smaller forms to write beside it. */
  readonly smaller: readonly SmallerForm[];
  readonly signal?: AbortSignal | undefined;
  /** Models written and proved, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export async function exportEncoder(request: ExportRequest): Promise<ExportedEncoder> {
  const { encoder } = request;
  const licences = licencesOf(encoder.card);
  const smallerNames = request.smaller.map((form) => `model.${form}.onnx`);
  const texts = textFilesOf(encoder.card);
  const names = [modelName, ...smallerNames, cardName, readmeName, ...texts.keys(), ...licences];
  const models = 1 + request.smaller.length;
  let done = 0;
  const another = (): void => request.onProgress?.(++done, models);
  let maxDifference = NaN;
  let smaller: readonly SmallerEncoder[] = [];
  const files = await writeFolder(request.folder, names, async (temporary) => {
    const { bytes, spatial } = request.featureMaps ? withFeatureMaps(encoder.card) : asItIs(encoder.card);
    const modelPath = join(temporary, modelName);
    writeFileSync(modelPath, bytes);
    const card: EncoderCard = { ...encoder.card, modelPath, sha256: createHash("sha256").update(bytes).digest("hex"), spatial };
    maxDifference = await largestDifference(request, card);
    another();
    if (!(maxDifference <= tolerance))
      throw new UserError(
        "export-differs",
        `The exported ${encoder.card.id} gives vectors that differ by ${maxDifference.toExponential(2)} from those in the app; expected at most ${tolerance}. Nothing was written.`,
      );
    writeFileSync(join(temporary, cardName), writeEncoderCard(card, encoder.origin === "trained" ? "trained" : "imported"));
    const { pixels, count, areReal } = request.pictures;
    const inference = inferenceRequest({ ...encoder, card }, request.threads);
    const proof = { pictures: pixels, count, areReal, signal: request.signal, onForm: another };
    smaller = await writeSmaller({ forms: request.smaller, card, inference, folder: temporary, ...proof });
    writeFileSync(
      join(temporary, readmeName),
      modelCard({ card, origin: encoder.origin, maxDifference, version: productVersion, smaller }),
    );
    for (const [name, path] of texts) copyFileSync(path, join(temporary, name));
    for (const name of licences) copyFileSync(join(dirname(encoder.card.modelPath), name), join(temporary, name));
  });
  return { files, maxDifference, smaller };
}

/** The files of the text half by the names that the card gives them. */
function textFilesOf({ text }: EncoderCard): ReadonlyMap<string, string> {
  if (text === undefined) return new Map();
  return new Map([
    [textModelName, text.modelPath],
    [tokenizerNames[text.tokenizer.kind], text.tokenizer.path],
  ]);
}

interface ModelBytes {
  readonly bytes: Uint8Array;
  /** Its feature maps that are outputs. */
  readonly spatial: readonly string[];
}

function asItIs({ modelPath, spatial }: EncoderCard): ModelBytes {
  const bytes = new Uint8Array(readFileSync(modelPath));
  const outputs = new Set(readModel(bytes).graph.outputs.map(({ name }) => name));
  return { bytes, spatial: spatial.filter((name) => outputs.has(name)) };
}

function withFeatureMaps(card: EncoderCard): ModelBytes {
  const { model, spatial } = addFeatureMaps(readModel(new Uint8Array(readFileSync(card.modelPath))), card);
  if (spatial.length === 0)
    throw new UserError(
      "no-feature-maps",
      `The graph of ${card.id} has no feature maps (no tensor of height and width after its first layer): export it without --feature-maps.`,
    );
  return { bytes: writeModel(model), spatial };
}

async function largestDifference(
  { encoder, threads, pictures: { pixels }, signal }: ExportRequest,
  exported: EncoderCard,
): Promise<number> {
  const vectorsOf = (card: EncoderCard): Promise<Float32Array> =>
    runModel(inferenceRequest({ ...encoder, card }, threads), pixels, pictureCount, signal);
  return farthest(await vectorsOf(encoder.card), await vectorsOf(exported));
}
