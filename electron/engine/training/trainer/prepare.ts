/**
 * @file From a plan to what a run works with: the network, its frozen and its trained part, the step and what feeds it.
 */
import { join } from "node:path";

import { loadKernels } from "#native/kernels.ts";

import { createRandom } from "../../base/random.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { readEncoderCard, type EncoderCard } from "../../encoders/encoder-card.ts";
import { buildArchitecture } from "../architectures/table.ts";
import type { Normalisation } from "../augment/draw-views.ts";
import { openPictureCache, type PictureCache } from "../augment/picture-cache.ts";
import { diet, instanceVectors } from "../methods/diet.ts";
import { methodOf } from "../methods/table.ts";
import { adapterBias, adapterWeights, withAdapter } from "../network/adapter.ts";
import { networkOfEncoder } from "../network/from-encoder.ts";
import type { Network } from "../network/network.ts";
import { splitNetwork, type SplitNetwork } from "../network/split.ts";
import { trainableWeights } from "../network/trainable.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { buildStep, type TrainingStep } from "../step/build-step.ts";
import { adapterNumbers, adapterStart, plainOf } from "./adapter-start.ts";
import { embedTraining } from "./embed.ts";
import { instanceStart } from "./instance-start.ts";
import { featureRows, keepFeatures } from "./keep-features.ts";
import { createPictureReader, type PictureReader } from "./pictures.ts";
import { normalisationOf } from "./normalisation.ts";
import { withWeights } from "./run-model.ts";
import { wakeUp } from "./wake-up.ts";
import type { RunPlan } from "./run-plan.ts";
import { sideFeeds, type SideFeeds } from "./side-feeds.ts";
import { featureSource, pictureSource, type Source } from "./source.ts";

/** What judging needs. */
export interface PreparedBase {
  readonly plan: RunPlan;
  /** Null where it is trained from nothing. */
  readonly card: EncoderCard | null;
  readonly normalisation: Normalisation;
  /** As it begins, from pictures to the embedding that is trained. */
  readonly network: Network;
  /** Without what a run puts behind it. */
  readonly frozen: Network;
  readonly cache: PictureCache;
  readonly pictures: PictureReader;
  /** What the frozen encoder makes of every plain picture, unit length; null where that is not kept. */
  readonly frozenPlain: VectorTable | null;
  close(): void;
}

export interface Prepared extends PreparedBase {
  readonly step: TrainingStep;
  readonly source: Source;
  readonly side: SideFeeds;
}

export interface Surroundings {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Resolves at once, or once a pause is over; rejects when stopped. */
  readonly gate: () => Promise<void>;
  readonly onProgress: (stage: "features" | "steps" | "judge", done: number, total: number) => void;
}

/** Features of more than this are not kept: they would take longer to read than to make. */
const featureBytesLimit = 8 * 2 ** 30;

export function prepareBase(plan: RunPlan): PreparedBase {
  const card = plan.from.kind === "encoder" ? readEncoderCard(plan.from.folder) : null;
  const network =
    card === null && plan.from.kind === "scratch"
      ? buildArchitecture(plan.from.architecture, plan.size, createRandom(plan.seed)).network
      : networkOfEncoder(card as EncoderCard);
  const normalisation = normalisationOf(card);
  const cache = openPictureCache(plan.pictures.path, plan.pictures);
  const pictures = createPictureReader({ cache, kernels: loadKernels(), plan, normalisation });
  return {
    plan,
    card,
    normalisation,
    network,
    frozen: network,
    cache,
    pictures,
    frozenPlain: null,
    close: () => cache.close(),
  };
}

/** @param population pictures that the step is built for; more than there are in a trial, which has a sample of them */
export async function prepareRun(plan: RunPlan, surroundings: Surroundings, population = plan.training.length): Promise<Prepared> {
  const base = prepareBase(plan);
  const method = methodOf(plan.method);
  // An instance classifier needs vectors that spread: it begins where the closed form ends.
  const hasAdapter = plan.trainable === "adapter" || (base.card !== null && plan.method === diet.id);
  let network = hasAdapter ? withAdapter(base.network, Math.min(adapterNumbers, base.network.dimensions)) : base.network;
  const ownWeights = plan.trainable === "adapter" ? [] : [...trainableWeights(base.network, plan.trainable, plan.size)];
  const trainable = new Set([...ownWeights, ...(hasAdapter ? [adapterWeights, adapterBias] : [])]);
  const woken = base.card === null || ownWeights.length === 0 ? new Map<string, Float32Array>() : await wakeNetwork(base, trainable);
  const groups = method.views(plan.settings);
  const rowsOf = new Set(groups.map(({ count }) => count * plan.images));
  // Numbers of a dead network are too small to be kept.
  const canKeep = woken.size === 0 && plan.keptViews > 0 && rowsOf.size === 1 && groups.every(({ scale }) => scale === 1);
  const frozen = canKeep ? splitNetwork(network, trainable, featureRows, plan.size) : null;
  const bytes = (frozen?.numbersPerView ?? 0) * (plan.keptViews + 1) * plan.pictures.count * 2;
  const features =
    frozen !== null && bytes <= featureBytesLimit
      ? await keepFeatures(
          {
            path: join(surroundings.folder, "features.f16"),
            frozen,
            reader: base.pictures,
            places: null,
            pictures: plan.pictures.count,
            views: plan.keptViews,
            threads: plan.threads,
          },
          surroundings,
        )
      : null;
  const start = hasAdapter
    ? await adapterStart(base, plan.trainable === "adapter" ? features : null, network.dimensions, surroundings)
    : null;
  if (start !== null) network = { ...network, model: withWeights(network.model, start.weights) };
  const trained =
    features === null ? network : (splitNetwork(network, trainable, [...rowsOf][0] as number, plan.size) as SplitNetwork).trained;
  const side = await sideFeeds(base, surroundings);
  const step = buildStep({
    network: { ...trained, model: withWeights(trained.model, woken) },
    method,
    settings: plan.settings,
    images: plan.images,
    pieces: plan.pieces,
    population,
    size: plan.size,
    trainable,
    batchStatistics: plan.batchStatistics,
    optimizer: plan.optimizer,
    optimizerOptions: plan.optimizerOptions,
    clip: plan.clip,
    seed: plan.seed,
    ...(side.teacherDimensions === undefined ? {} : { teacherDimensions: side.teacherDimensions }),
  });
  const initial = new Map(step.initial);
  const vectors = initial.get(instanceVectors);
  if (vectors !== undefined && population === plan.training.length) {
    const data = start?.vectors ?? instanceStart(await embedTraining({ network, reader: base.pictures, plan }, surroundings));
    initial.set(instanceVectors, { ...vectors, data });
  }
  const everything = Array.from({ length: plan.pictures.count }, (_, place) => place);
  return {
    ...base,
    network,
    frozenPlain: plan.trainable === "adapter" && features !== null ? plainOf(features, everything) : null,
    step: { ...step, initial },
    side,
    source:
      features === null
        ? pictureSource({
            kernels: loadKernels(),
            cache: base.cache,
            groups: step.groups,
            preset: plan.preset,
            changes: plan.augment,
            size: plan.size,
            normalisation: base.normalisation,
            seed: plan.seed,
            threads: plan.threads,
          })
        : featureSource({ cache: features, groups: step.groups, network: trained, seed: plan.seed }),
    close: () => {
      features?.close();
      base.close();
    },
  };
}

/** Pictures by which it is seen whether a network is alive. */
const wakingPictures = 16;

async function wakeNetwork({ plan, network, pictures }: PreparedBase, trainable: ReadonlySet<string>): Promise<Map<string, Float32Array>> {
  const drawn = pictures.plain(Int32Array.from(plan.training.slice(0, wakingPictures)));
  return wakeUp({ model: network.model, input: network.inputs[0]?.name as string, trainable, pictures: drawn, threads: plan.threads });
}

/** Trained weights and statistics by the initializers of the network. */
export function networkWeights({ step }: Prepared, state: ReadonlyMap<string, HostTensor>): Map<string, Float32Array> {
  return new Map([...step.weights].map(([initializer, name]) => [initializer, (state.get(name) as HostTensor).data as Float32Array]));
}
