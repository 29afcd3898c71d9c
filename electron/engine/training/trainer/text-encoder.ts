/**
 * @file After a training on pairs: the encoder whose pictures and texts lie in one space, so that a collection that uses it is searched by words. It stands beside the
 * run's own encoder, which compares pictures with each other.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { throwIfAborted } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { textModelName, tokenizerNames, type TextTower } from "../../encoders/text-tower.ts";
import { writeModel } from "../../onnx/write.ts";
import { openTextSession } from "../../runtime/text/text-session.ts";
import { freshPrefix } from "../network/fresh-prefix.ts";
import { compose, type Composition } from "../result/compose.ts";
import { addFirstLayer, addProjection, textHalf, textOutput, tokensInput, type HiddenStatistics } from "../result/text-half.ts";
import { writeTrainedEncoder } from "../result/write-encoder.ts";
import { embedPictures } from "./embed.ts";
import { scratchInput } from "./judge-run.ts";
import type { PreparedBase, Surroundings } from "./prepare.ts";
import { openModel } from "./run-model.ts";
import type { RunPlan } from "./run-plan.ts";
import { vocabularyName } from "./side-feeds.ts";
import type { TrainResult } from "./train.ts";

/** In the run's folder. */
export const textEncoderFolder = "text";

/** Pictures that a norm's numbers are counted on; more change nothing. */
const countedOn = 2048;
const rows = 32;

/** Writes it and tells in a sentence how well texts find their pictures. */
export async function writeTextEncoder(prepared: PreparedBase, trained: TrainResult, surroundings: Surroundings): Promise<string> {
  const { plan, card, network } = prepared;
  const folder = join(surroundings.folder, textEncoderFolder);
  const prefix = freshPrefix(network.model.graph, "projector");
  const { state } = trained;
  const composition = (head: Composition["head"]): Composition => ({
    model: network.model,
    frozenEmbedding: prepared.frozen.embedding,
    tunedEmbedding: network.embedding,
    frozenDimensions: prepared.frozen.dimensions,
    tunedDimensions: network.dimensions,
    weights: trained.last,
    head,
    alsoOutputs: [],
  });
  const statistics = plan.settings["norm"] === 1
    ? await countHidden(composition((builder, _, tuned) => addFirstLayer(builder, tuned, { state, prefix })), prepared, surroundings) : null; // prettier-ignore
  const whole = composition((builder, _, tuned) => addProjection(builder, tuned, { state, statistics, prefix }));
  mkdirSync(folder, { recursive: true });
  const text = writeTextHalf(folder, plan, trained, surroundings.folder);
  const found = await recall(whole, text, prepared, surroundings);
  const id = `${plan.id}-text`;
  const origin = plan.from.kind === "scratch" ? plan.from.architecture : (card?.id ?? "");
  writeTrainedEncoder(folder, whole, card === null ? scratchInput(network, plan.size) : { ...card.input, batch: null }, {
    id,
    name: `${card?.name ?? origin}, trained on texts`,
    licence: card?.licence ?? "yours",
    source: card === null ? "trained from nothing on a folder and its texts" : `${card.id}, trained on a folder and its texts`,
    provenance: {
      "Made from": origin,
      Method: plan.method,
      Trained: plan.trainable,
      Steps: String(trained.steps),
      Seed: String(plan.seed),
      "Texts that find their picture": found,
    },
    report: null,
    text,
  });
  return `Search by words: apply ${id}. ${found}.`;
}

function writeTextHalf(folder: string, { settings }: RunPlan, { state }: TrainResult, runFolder: string): TextTower {
  const bytes = writeModel(textHalf(settings, state));
  const words = readFileSync(join(runFolder, vocabularyName));
  const kind = "byte-pairs";
  const [modelPath, path] = [join(folder, textModelName), join(folder, tokenizerNames[kind])];
  writeFileSync(modelPath, bytes);
  writeFileSync(path, words);
  return {
    modelPath,
    sha256: hashOf(bytes),
    tokenizer: { kind, path, sha256: hashOf(words) },
    input: { tokens: tokensInput, mask: null, kinds: null, elementType: "int64", batch: 1, context: settings["length"] as number, padding: 0, fillsUp: true }, // prettier-ignore
    output: { name: textOutput, normalise: "l2" },
  };
}

async function countHidden(composition: Composition, prepared: PreparedBase, surroundings: Surroundings): Promise<HiddenStatistics> {
  const { plan, pictures, network } = prepared;
  const { model, dimensions } = compose(composition);
  const stride = Math.max(1, Math.ceil(plan.training.length / countedOn));
  const places = plan.training.filter((_, at) => at % stride === 0);
  const [sum, squares] = [new Float64Array(dimensions), new Float64Array(dimensions)];
  const runner = await openModel(model, plan.threads);
  try {
    for (let from = 0; from < places.length; from += rows) {
      throwIfAborted(surroundings.signal);
      const chunk = Int32Array.from(places.slice(from, from + rows));
      const { outputs } = await runner.run(new Map([[network.inputs[0]?.name as string, pictures.plain(chunk)]]));
      outputs[0]?.forEach((value, at) => {
        const column = at % dimensions;
        sum[column] = (sum[column] as number) + value;
        squares[column] = (squares[column] as number) + value * value;
      });
    }
  } finally {
    await runner.close();
  }
  const mean = sum.map((value) => value / places.length);
  return { mean, variance: squares.map((value, at) => Math.max(0, value / places.length - (mean[at] as number) ** 2)) };
}

/** Of the texts of the probe: how many have a picture of theirs among the first 1 and 5, in a sentence. Pictures with the very same text are as right. */
async function recall(composition: Composition, tower: TextTower, prepared: PreparedBase, surroundings: Surroundings): Promise<string> {
  const { plan, pictures, network } = prepared;
  const textOf = (place: number): string => plan.texts?.[place] ?? "";
  const probe = plan.probe.filter((place) => textOf(place) !== "");
  if (probe.length < 2) return "Too few pictures with texts were left out of training to tell how well texts find theirs";
  const { model, dimensions } = compose(composition);
  const options = { model, input: network.inputs[0]?.name as string, threads: plan.threads, gate: surroundings.gate };
  const [seen] = (await embedPictures([{ positions: probe, draw: (chunk) => pictures.plain(chunk) }], options)) as [VectorTable];
  const { modelPath, tokenizer, input, output } = tower;
  const session = await openTextSession(modelPath, { tokenizer, input, outputName: output.name, dimensions }, plan.threads);
  const texts = [...new Set(probe.map(textOf))];
  const vectors = await session.embed(texts);
  await session.close();
  // How many pictures of other texts come before the first of its own.
  const ranks = texts.map((text, row) => {
    const query = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    const cosines = probe.map((_, place) =>
      query.reduce((sum, value, at) => sum + value * (seen.values[place * dimensions + at] as number), 0),
    );
    const own = Math.max(...cosines.filter((_, place) => textOf(probe[place] as number) === text));
    return cosines.filter((cosine) => cosine > own).length;
  });
  const share = (most: number): string => ((100 * ranks.filter((rank) => rank < most).length) / texts.length).toFixed(0);
  const trained = new Set(plan.training);
  const whose = probe.some((place) => trained.has(place)) ? "it was trained on" : "it never saw";
  return `Of ${texts.length} texts of ${probe.length} pictures that ${whose}, ${share(1)} % find a picture of theirs first and ${share(5)} % among the first five`;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
