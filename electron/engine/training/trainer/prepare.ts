/**
 * @file From a plan to what a run works with: the network, its frozen and its trained part, the step and what feeds it.
 */
import { join } from "node:path";

import { loadKernels } from "#native/kernels.ts";

import { createRandom } from "../../base/random.ts";
import { UserError, throwIfAborted } from "../../base/errors.ts";
import { byteNormalisation } from "../../encoders/byte-normalisation.ts";
import { readEncoderCard, type EncoderCard } from "../../encoders/encoder-card.ts";
import { buildArchitecture } from "../architectures/table.ts";
import type { Normalisation } from "../augment/draw-views.ts";
import { openPictureCache } from "../augment/picture-cache.ts";
import { methodOf } from "../methods/table.ts";
import { adapterBias, adapterWeights, withAdapter } from "../network/adapter.ts";
import { networkOfEncoder } from "../network/from-encoder.ts";
import type { Network } from "../network/network.ts";
import { splitNetwork, type SplitNetwork } from "../network/split.ts";
import { trainableWeights } from "../network/trainable.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { buildStep, type TrainingStep } from "../step/build-step.ts";
import { fitViewWhitening } from "../whiten/view-whitening.ts";
import { fillFeatureCache, openFeatureCache, type FeatureCache } from "./feature-cache.ts";
import { createPictureReader, type PictureReader } from "./pictures.ts";
import { openModel, withWeights } from "./run-model.ts";
import type { RunPlan } from "./run-plan.ts";
import { featureSource, pictureSource, type Source } from "./source.ts";

export interface Prepared {
  readonly plan: RunPlan;
  /** Null where it is trained from nothing. */
  readonly card: EncoderCard | null;
  readonly normalisation: Normalisation;
  /** As it begins, from pictures to the embedding that is trained. */
  readonly network: Network;
  /** Its value that the frozen encoder gives. */
  readonly frozenEmbedding: string;
  readonly trainable: ReadonlySet<string>;
  readonly step: TrainingStep;
  readonly source: Source;
  readonly pictures: PictureReader;
  readonly split: { readonly network: SplitNetwork; readonly features: FeatureCache; readonly rows: number } | null;
  close(): void;
}

export interface Surroundings {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Resolves at once, or once a pause is over; rejects when stopped. */
  readonly gate: () => Promise<void>;
  readonly onProgress: (stage: "features" | "steps" | "judge", done: number, total: number) => void;
}

/** Views of a picture that training draws from where they are kept, and views of a batch when they are made. */
const featureRows = 32;

export async function prepareRun(plan: RunPlan, surroundings: Surroundings): Promise<Prepared> {
  const card = plan.from.kind === "encoder" ? readEncoderCard(plan.from.folder) : null;
  const base =
    card === null && plan.from.kind === "scratch"
      ? buildArchitecture(plan.from.architecture, plan.size, createRandom(plan.seed)).network
      : networkOfEncoder(card as EncoderCard);
  const normalisation = normalisationOf(card);
  const cache = openPictureCache(plan.pictures.path, plan.pictures);
  const kernels = loadKernels();
  const pictures = createPictureReader({ cache, kernels, plan, normalisation });
  const method = methodOf(plan.method);
  let network = plan.trainable === "adapter" ? withAdapter(base, Math.min(256, base.dimensions)) : base;
  const trainable =
    plan.trainable === "adapter" ? new Set([adapterWeights, adapterBias]) : trainableWeights(network, plan.trainable, plan.size);
  const groups = method.views(plan.settings);
  const rowsOf = new Set(groups.map(({ count }) => count * plan.images));
  const rows = [...rowsOf][0] ?? plan.images;
  const wantsFeatures = plan.keptViews > 0 && rowsOf.size === 1 && groups.every(({ scale }) => scale === 1);
  const frozen = wantsFeatures ? splitNetwork(network, trainable, featureRows, plan.size) : null;
  let split: Prepared["split"] = null;
  let trained = network;
  if (frozen !== null) {
    const features = await keepFeatures(plan, frozen, pictures, surroundings);
    if (plan.trainable === "adapter") network = withWhitening(network, features, plan);
    const cut = splitNetwork(network, trainable, rows, plan.size) as SplitNetwork;
    trained = cut.trained;
    split = { network: cut, features, rows };
  }
  const step = buildStep({
    network: trained,
    method,
    settings: plan.settings,
    images: plan.images,
    population: plan.training.length,
    size: plan.size,
    trainable,
    batchStatistics: plan.batchStatistics,
    optimizer: plan.optimizer,
    optimizerOptions: plan.optimizerOptions,
    clip: plan.clip,
    seed: plan.seed,
  });
  const source =
    split === null
      ? pictureSource({
          kernels,
          cache,
          groups: step.groups,
          preset: plan.preset,
          changes: plan.augment,
          size: plan.size,
          normalisation,
          seed: plan.seed,
          threads: plan.threads,
        })
      : featureSource({ cache: split.features, groups: step.groups, network: trained, seed: plan.seed });
  return {
    plan,
    card,
    normalisation,
    network,
    frozenEmbedding: base.embedding,
    trainable,
    step,
    source,
    pictures,
    split,
    close: () => {
      split?.features.close();
      cache.close();
    },
  };
}

/** Nets from nothing take numbers around 0; what is learnt does not depend on which. */
export function normalisationOf(card: EncoderCard | null): Normalisation {
  if (card === null) return { ...scratchNormalisation, white: 255, layout: "NCHW" };
  if (card.input.colour === "BGR")
    throw new UserError("trainable", `${card.id} takes its colours as BGR; only encoders that take RGB can be trained yet.`);
  return { ...byteNormalisation(card.input), white: 255, layout: card.input.layout };
}

export const scratchNormalisation = { mean: [127.5, 127.5, 127.5], std: [64, 64, 64] } as const;

async function keepFeatures(
  plan: RunPlan,
  frozen: SplitNetwork,
  pictures: PictureReader,
  surroundings: Surroundings,
): Promise<FeatureCache> {
  const path = join(surroundings.folder, "features.f16");
  const shape = { pictures: plan.pictures.count, views: plan.keptViews, numbersPerView: frozen.numbersPerView };
  const input = frozen.frozen.graph.inputs[0]?.name as string;
  const runner = await openModel(frozen.frozen, plan.threads);
  try {
    await fillFeatureCache(path, shape, {
      chunk: featureRows,
      make: async (from, to) => {
        throwIfAborted(surroundings.signal);
        const kept = new Float32Array((to - from) * (shape.views + 1) * shape.numbersPerView);
        for (let view = 0; view <= shape.views; view++) {
          const positions = Int32Array.from({ length: featureRows }, (_, at) => Math.min(to - 1, from + at));
          const drawn = view === 0 ? pictures.plain(positions) : pictures.view(positions, view - 1, "kept");
          const { outputs } = await runner.run(new Map([[input, drawn]]));
          for (let row = 0; row < to - from; row++) {
            let at = (row * (shape.views + 1) + view) * shape.numbersPerView;
            for (const output of outputs) {
              const size = output.length / featureRows;
              kept.set(output.subarray(row * size, (row + 1) * size), at);
              at += size;
            }
          }
        }
        return kept;
      },
      onProgress: async (done) => {
        surroundings.onProgress("features", done, shape.pictures);
        await surroundings.gate();
      },
    });
  } finally {
    await runner.close();
  }
  return openFeatureCache(path, shape);
}

/** The adapter begins where the closed form ends: the views of a picture as classes, then half-whitened (METHODS 3.4). */
function withWhitening(network: Network, features: FeatureCache, plan: RunPlan): Network {
  const { training } = plan;
  const views = features.views + 1;
  const dimensions = features.plain(0).length;
  const values = new Float32Array(training.length * views * dimensions);
  training.forEach((picture, at) => {
    for (let view = 0; view < views; view++) {
      const row = view === 0 ? features.plain(picture) : features.read(picture, view - 1);
      const length = Math.hypot(...row) || 1;
      for (let index = 0; index < dimensions; index++) values[(at * views + view) * dimensions + index] = (row[index] as number) / length;
    }
  });
  const { matrix, mean, axisCount } = fitViewWhitening({ count: training.length, views, dimensions, values }, { seed: plan.seed });
  const outputs = network.dimensions;
  if (axisCount > outputs) throw new UserError("adapter", `The whitening has ${axisCount} axes; expected at most ${outputs}.`);
  const weights = new Float32Array(dimensions * outputs);
  const bias = new Float32Array(outputs);
  for (let row = 0; row < dimensions; row++)
    for (let axis = 0; axis < axisCount; axis++) {
      const value = matrix[row * axisCount + axis] as number;
      weights[row * outputs + axis] = value;
      bias[axis] = (bias[axis] as number) - (mean[row] as number) * value;
    }
  return {
    ...network,
    model: withWeights(
      network.model,
      new Map([
        [adapterWeights, weights],
        [adapterBias, bias],
      ]),
    ),
  };
}

/** Trained weights and statistics by the initializers of the network. */
export function networkWeights({ step }: Prepared, state: ReadonlyMap<string, HostTensor>): Map<string, Float32Array> {
  return new Map([...step.weights].map(([initializer, name]) => [initializer, (state.get(name) as HostTensor).data as Float32Array]));
}
