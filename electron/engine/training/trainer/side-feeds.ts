/**
 * @file What a step may be fed beside views: places, labels, texts, what a larger encoder says.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { readEncoderCard } from "../../encoders/encoder-card.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { loadKernels } from "#native/kernels.ts";
import { encodeText, encoderOf, learnPairs, writeVocabulary } from "../../runtime/text/byte-pairs.ts";
import { networkOfEncoder } from "../network/from-encoder.ts";
import { embedTraining } from "./embed.ts";
import { createPictureReader } from "./pictures.ts";
import { normalisationOf } from "./normalisation.ts";
import type { PreparedBase, Surroundings } from "./prepare.ts";

/** In the folder of a run that learns from texts. */
export const vocabularyName = "vocabulary.txt";

export interface SideFeeds {
  /** Numbers that the teacher gives for a picture; undefined where there is none. */
  readonly teacherDimensions: number | undefined;
  /**
   * @param positions places in the training set
   * @param places the same pictures' places in the cache
   */
  feed(name: string, positions: Int32Array, places: Int32Array): HostTensor;
}

export async function sideFeeds(base: PreparedBase, surroundings: Surroundings): Promise<SideFeeds> {
  const { plan } = base;
  const texts = plan.texts === null ? null : tokensOf(base, plan.texts, surroundings.folder);
  const teacher = plan.teacher === null ? null : await teacherOf(base, plan.teacher, surroundings);
  const whole = (values: Int32Array): HostTensor => ({ type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) });
  return {
    teacherDimensions: teacher?.dimensions,
    feed: (name, positions, places) => {
      if (name === "positions") return whole(positions);
      if (name === "labels" && plan.labels !== null) return whole(places.map((place) => plan.labels?.[place] ?? -1));
      if (name === "tokens" && texts !== null) {
        const data = new BigInt64Array(positions.length * texts.length);
        positions.forEach((position, row) => data.set(texts.rows[position] as BigInt64Array, row * texts.length));
        return { type: "int64", shape: [positions.length, texts.length], data };
      }
      if (name === "teacher" && teacher !== null) {
        const { dimensions, values } = teacher;
        const data = new Float32Array(positions.length * dimensions);
        positions.forEach((position, row) =>
          data.set(values.subarray(position * dimensions, (position + 1) * dimensions), row * dimensions),
        );
        return { type: "float32", shape: [positions.length, dimensions], data };
      }
      throw new BugError(`the step wants "${name}", which nobody feeds`);
    },
  };
}

/** The vocabulary is learnt from the texts of the training set and kept beside the run. */
function tokensOf(
  { plan }: PreparedBase,
  texts: readonly string[],
  folder: string,
): { readonly rows: readonly BigInt64Array[]; readonly length: number } {
  const own = plan.training.map((place) => texts[place] ?? "");
  const vocabulary = learnPairs(own, plan.settings["vocabulary"] ?? 1024);
  writeFileSync(join(folder, vocabularyName), writeVocabulary(vocabulary));
  const encoder = encoderOf(vocabulary);
  const length = plan.settings["length"] ?? 24;
  return { rows: own.map((text) => encodeText(text, length, encoder)), length };
}

function teacherOf(base: PreparedBase, folder: string, surroundings: Surroundings): Promise<VectorTable> {
  const { plan, cache } = base;
  const card = readEncoderCard(folder);
  const reader = createPictureReader({
    cache,
    kernels: loadKernels(),
    plan: { ...plan, size: card.input.size },
    normalisation: normalisationOf(card),
  });
  return embedTraining({ network: networkOfEncoder(card), reader, plan }, surroundings);
}
