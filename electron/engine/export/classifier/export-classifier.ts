/**
 * @file An encoder with classes as a folder that others can use. What was written is opened again and must give the vectors and the probabilities of the app.
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { ExportedClassifier } from "#protocol/model.ts";

import { throwIfAborted, UserError } from "../../base/errors.ts";
import { productVersion } from "../../base/version.ts";
import { cardName, modelName, writeEncoderCard, type EncoderCard } from "../../encoders/encoder-card.ts";
import type { RegisteredEncoder } from "../../encoders/registry.ts";
import { readModel } from "../../onnx/read.ts";
import { writeModel } from "../../onnx/write.ts";
import { inferenceRequest } from "../../stages/encoder-use.ts";
import { licencesOf, readmeName, tolerance, writeFolder } from "../encoder/export-folder.ts";
import { farthest, runModel } from "../encoder/run-model.ts";
import { addClassifier, embeddingName, probabilitiesName } from "./add-classifier.ts";
import { classifierPage, type ClassifierReport } from "./classifier-page.ts";
import { probabilitiesOf, type LinearClassifier } from "./linear-classifier.ts";
import { javascriptProgram, pythonProgram } from "./programs.ts";

export interface ClassifierExport {
  readonly encoder: RegisteredEncoder;
  readonly classifier: LinearClassifier;
  readonly report: ClassifierReport;
  /** Made where it is missing. */
  readonly folder: string;
  readonly threads: number;
  /** On which the file is held against the app: [count, size, size, 3]. */
  readonly pictures: Uint8Array;
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
}

const programNames = ["use.py", "use.mjs"] as const;

export async function exportClassifier(request: ClassifierExport): Promise<ExportedClassifier> {
  const { encoder, classifier, report } = request;
  if (classifier.classes.length < 2)
    throw new UserError("too-few-classes", `${classifier.classes.length} class is labelled; a classifier needs at least 2.`);
  const licences = licencesOf(encoder.card);
  const names = [modelName, cardName, readmeName, ...programNames, ...licences];
  let maxDifference = NaN;
  const files = await writeFolder(request.folder, names, async (temporary) => {
    const modelPath = join(temporary, modelName);
    const bytes = writeModel(
      addClassifier(readModel(new Uint8Array(readFileSync(encoder.card.modelPath))), encoder.card.output, classifier),
    );
    writeFileSync(modelPath, bytes);
    const output = { ...encoder.card.output, name: embeddingName };
    const card: EncoderCard = { ...encoder.card, modelPath, output, sha256: createHash("sha256").update(bytes).digest("hex"), spatial: [] };
    maxDifference = await largestDifference(request, card);
    if (!(maxDifference <= tolerance))
      throw new UserError(
        "export-differs",
        `The exported classes on ${card.id} give numbers that differ by ${maxDifference.toExponential(2)} from those in the app; expected at most ${tolerance}. Nothing was written.`,
      );
    writeFileSync(join(temporary, cardName), writeEncoderCard(card, encoder.origin === "trained" ? "trained" : "imported"));
    writeFileSync(join(temporary, readmeName), classifierPage({ card, classifier, report, maxDifference, version: productVersion }));
    writeFileSync(join(temporary, programNames[0]), pythonProgram(card));
    writeFileSync(join(temporary, programNames[1]), javascriptProgram(card, classifier));
    for (const name of licences) copyFileSync(join(dirname(encoder.card.modelPath), name), join(temporary, name));
    throwIfAborted(request.signal);
  });
  return { files, maxDifference, classes: classifier.classes };
}

async function largestDifference(
  { encoder, classifier, threads, pictures, count, signal }: ClassifierExport,
  exported: EncoderCard,
): Promise<number> {
  const { dimensions } = encoder.card.output;
  const requestOf = (card: EncoderCard): ReturnType<typeof inferenceRequest> => inferenceRequest({ ...encoder, card }, threads);
  const width = classifier.classes.length;
  const inApp = await runModel(requestOf(encoder.card), pictures, count, signal);
  const vectors = await runModel(requestOf(exported), pictures, count, signal);
  const asked = { ...requestOf(exported), outputName: probabilitiesName, dimensions: width, isRaw: true };
  const probabilities = await runModel(asked, pictures, count, signal);
  const wanted = probabilitiesOf(classifier, { count, dimensions, values: inApp });
  return Math.max(farthest(inApp, vectors), farthest(wanted, probabilities));
}
