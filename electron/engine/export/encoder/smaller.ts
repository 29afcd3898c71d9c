/**
 * @file Smaller forms of an exported encoder, and what each costs: how near its vectors are to those of the whole encoder, and how many of the ten nearest others of each picture stay.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SmallerEncoder, SmallerForm } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import type { Model } from "../../onnx/model.ts";
import { readModel } from "../../onnx/read.ts";
import { halfWeights } from "../../onnx/smaller/half-weights.ts";
import { rangesName, rangesOf, readyForInt8, toInt8, valuesToMeasure, withRanges } from "../../onnx/smaller/int8.ts";
import { writeModel } from "../../onnx/write.ts";
import type { OpenRequest } from "../../runtime/inference-messages.ts";
import { nearestOthers } from "../../training/judge/nearest.ts";
import { neighboursKept } from "../../training/judge/retrieval.ts";
import { runModel } from "./run-model.ts";

export interface SmallerRequest {
  readonly forms: readonly SmallerForm[];
  /** Of the whole encoder as it was written. */
  readonly card: EncoderCard;
  readonly inference: Omit<OpenRequest, "kind" | "device" | "modelPath">;
  /** Where the files go. */
  readonly folder: string;
  /** [count, size, size, 3] */
  readonly pictures: Uint8Array;
  readonly count: number;
  /** Pictures of a collection, so that their neighbours mean something. */
  readonly areReal: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Another form is done. */
  readonly onForm?: (() => void) | undefined;
}

const neighbours = 10;

export async function writeSmaller(request: SmallerRequest): Promise<SmallerEncoder[]> {
  const { forms, card, folder, inference, pictures, count } = request;
  const vectorsOf = (modelPath: string): Promise<Float32Array> => runModel({ ...inference, modelPath }, pictures, count, request.signal);
  if (forms.length === 0) return [];
  const model = readModel(new Uint8Array(readFileSync(card.modelPath)));
  const whole = await vectorsOf(card.modelPath);
  const made: SmallerEncoder[] = [];
  for (const form of forms) {
    const file = `model.${form}.onnx`;
    const path = join(folder, file);
    writeFileSync(path, writeModel(form === "fp16" ? halfWeights(model) : await int8Of(model, request)));
    const vectors = await vectorsOf(path);
    made.push({ form, file, bytes: readFileSync(path).length, ...agreement(request, whole, vectors) });
    request.onForm?.();
  }
  return made;
}

async function int8Of(given: Model, request: SmallerRequest): Promise<Model> {
  const model = readyForInt8(given);
  const values = valuesToMeasure(model);
  if (values.length === 0)
    throw new UserError(
      "nothing-smaller",
      `The graph of ${request.card.id} has no convolutions with weights of its own; int8 is for those. Export it without int8.`,
    );
  const path = join(request.folder, "ranges.onnx");
  writeFileSync(path, writeModel(withRanges(model, values)));
  const asked = { ...request.inference, modelPath: path, outputName: rangesName, dimensions: 2 * values.length, isRaw: true };
  const ranges = await runModel(asked, request.pictures, request.count, request.signal);
  return toInt8(model, rangesOf(values, ranges));
}

function agreement(
  { inference: { dimensions }, count, areReal }: SmallerRequest,
  whole: Float32Array,
  smaller: Float32Array,
): Pick<SmallerEncoder, "cosine" | "lowestCosine" | "neighboursKept"> {
  const cosines = Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let at = row * dimensions; at < (row + 1) * dimensions; at++) sum += (whole[at] as number) * (smaller[at] as number);
    return sum;
  });
  const graph = (values: Float32Array): ReturnType<typeof nearestOthers> => nearestOthers({ count, dimensions, values }, neighbours);
  return {
    cosine: cosines.reduce((sum, each) => sum + each, 0) / count,
    lowestCosine: Math.min(...cosines),
    neighboursKept: areReal ? neighboursKept(graph(whole), graph(smaller), neighbours) : null,
  };
}
