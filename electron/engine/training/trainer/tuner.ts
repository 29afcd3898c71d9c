/**
 * @file Trains weights on a few labelled pictures, again and again from the same beginning: once for each fold that is left out, and once on all of them. What is frozen looks at each picture and at
 * its views once; a training then is a few seconds of steps behind it. It begins at the closed form (METHODS 3.4): a layer that whitens as the whole folder asks for.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";

import { loadKernels } from "#native/kernels.ts";

import { startTimer, type Clock } from "../../base/clock.ts";
import { BugError, UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import { openExecutor } from "../../runtime/training/choose.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { classVectors, fewLabels } from "../methods/few-labels.ts";
import { adapterBias, adapterWeights, withAdapter } from "../network/adapter.ts";
import type { Network } from "../network/network.ts";
import { splitNetwork, type SplitNetwork } from "../network/split.ts";
import { trainableWeights } from "../network/trainable.ts";
import { buildStep, type TrainingStep } from "../step/build-step.ts";
import type { Whitening } from "../whiten/whitening.ts";
import { adapt } from "./adapt.ts";
import { whiteningLayer } from "./adapter-start.ts";
import { embedPictures } from "./embed.ts";
import type { FeatureCache } from "./feature-cache.ts";
import { featureRows, keepFeatures } from "./keep-features.ts";
import { createOrder } from "./order.ts";
import { prepareBase, type PreparedBase, type Surroundings } from "./prepare.ts";
import type { RunPlan } from "./run-plan.ts";
import { openModel, withWeights } from "./run-model.ts";
import { rateAt } from "./schedule.ts";
import { featureSource, pictureSource, type Source } from "./source.ts";

/** Pictures by their places in the plan's picture cache. */
export interface Taught {
  readonly places: readonly number[];
  readonly labels: readonly number[];
}

export type TunedWeights = ReadonlyMap<string, Float32Array>;

export interface Tuner {
  /** As it begins: base and layer, from pictures to what is trained. */
  readonly base: PreparedBase;
  readonly network: Network;
  /** From the beginning. The same pictures, the same weights. */
  train(
    taught: Taught,
    steps: number,
    onStep: (done: number) => void,
  ): Promise<{ weights: TunedWeights; lossFirst: number; lossLast: number }>;
  /** Seconds of one step. */
  timeStep(taught: Taught, clock: Clock): Promise<number>;
  /** Unit rows of the pictures to be looked at. */
  look(weights: TunedWeights): Promise<VectorTable>;
  close(): void;
}

export interface TunerInput {
  /** `images` must not be more than the fewest pictures of a training. */
  readonly plan: RunPlan;
  /** Places of all pictures that a training may be taught. */
  readonly taught: readonly number[];
  /** Places of pictures to be looked at after each training; of an adapter none, since it stands behind vectors that are stored. */
  readonly looked: readonly number[];
  /** Of the whole folder. */
  readonly whitening: Whitening;
  /** As the frozen encoder stores them: of an adapter, what is to be looked at. */
  readonly frozen: VectorTable;
  /** [taught] the same, half-whitened. */
  readonly whitened: VectorTable;
}

export async function createTuner(input: TunerInput, surroundings: Surroundings): Promise<Tuner> {
  const { plan, taught, whitening } = input;
  const base = prepareBase(plan);
  const layered = withAdapter(base.network, whitening.axisCount);
  const network = { ...layered, model: withWeights(layered.model, whiteningLayer(whitening, whitening.axisCount)) };
  const own = plan.trainable === "adapter" ? [] : [...trainableWeights(base.network, plan.trainable, plan.size)];
  const trainable = new Set([...own, adapterWeights, adapterBias]);
  const rows = (plan.settings["views"] as number) * plan.images;
  const frozen = plan.keptViews > 0 ? splitNetwork(network, trainable, featureRows, plan.size) : null;
  const kept = (name: string): string => join(surroundings.folder, name);
  const keep = (name: string, places: readonly number[], views: number): Promise<FeatureCache> =>
    keepFeatures(
      {
        path: kept(name),
        frozen: frozen as SplitNetwork,
        reader: base.pictures,
        places,
        pictures: places.length,
        views,
        threads: plan.threads,
      },
      surroundings,
    );
  const views = frozen === null ? null : await keep(viewsName, taught, plan.keptViews);
  // What stands before an adapter is stored already.
  const looks = frozen === null || plan.trainable === "adapter" ? null : await keep(looksName, input.looked, 0);
  const trained = frozen === null ? network : (splitNetwork(network, trainable, rows, plan.size) as SplitNetwork).trained;
  const step = buildStep({
    network: trained,
    method: fewLabels,
    settings: plan.settings,
    images: plan.images,
    pieces: plan.pieces,
    population: taught.length,
    size: plan.size,
    trainable,
    batchStatistics: plan.batchStatistics,
    optimizer: plan.optimizer,
    optimizerOptions: plan.optimizerOptions,
    clip: plan.clip,
    seed: plan.seed,
  });
  const source = sourceOf({ base, views, step, trained });
  const rowOf = new Map(taught.map((place, row) => [place, row]));
  const rowAt = (place: number): number => {
    const row = rowOf.get(place);
    if (row === undefined) throw new BugError(`picture ${place} was not to be taught`);
    return row;
  };
  const training = async (
    { places, labels }: Taught,
    { steps, rate, after }: { readonly steps: number; readonly rate: number; readonly after: (at: number, loss: number) => void },
  ): Promise<ReadonlyMap<string, HostTensor>> => {
    const rowsTaught = places.map(rowAt);
    const initial = new Map(step.initial);
    initial.set(classVectors, classMeans(input.whitened, rowsTaught, labels, plan.settings["classes"] as number));
    const executor = await openExecutor({ ...plan, graph: step.graph, initial });
    try {
      const order = createOrder(places.length, plan.images, plan.seed);
      const schedule = { rate, steps, warmUpSteps: Math.round(plan.warmUpShare * steps), finalShare: plan.finalShare };
      for (let at = 0; at < steps; at++) {
        await surroundings.gate();
        const chosen = order.positionsAt(at);
        const shown = chosen.map((each) => (views === null ? (places[each] as number) : (rowsTaught[each] as number)));
        const feeds = new Map(source.feeds(at, shown));
        feeds.set("labels", {
          type: "int64",
          shape: [chosen.length],
          data: BigInt64Array.from(chosen, (each) => BigInt(labels[each] as number)),
        });
        const scalars: Readonly<Record<string, number>> = { rate: rateAt(schedule, at), step: at + 1 };
        for (const name of step.scalars) feeds.set(name, { type: "float32", shape: [], data: Float32Array.of(scalars[name] as number) });
        const made = await executor.step(feeds);
        const loss = made.get("metric/loss")?.data[0] as number;
        if (!Number.isFinite(loss))
          throw new UserError(
            "training-failed",
            `The loss became ${loss} at step ${at + 1}; expected a number. Fewer steps or another --trainable may help.`,
          );
        after(at, loss);
      }
      return await executor.readState();
    } finally {
      await executor.close();
    }
  };
  return {
    base,
    network,
    train: async (pictures, steps, onStep) => {
      let [lossFirst, lossLast] = [Number.NaN, Number.NaN];
      const after = (at: number, loss: number): void => {
        if (at === 0) lossFirst = loss;
        lossLast = loss;
        onStep(at + 1);
      };
      const state = await training(pictures, { steps, rate: plan.rate, after });
      const weights = new Map([...step.weights].map(([name, held]) => [name, (state.get(held) as HostTensor).data as Float32Array]));
      return { weights, lossFirst, lossLast };
    },
    timeStep: async (pictures, clock) => {
      let each = Infinity;
      let timer = startTimer(clock);
      await training(pictures, {
        steps: trialSteps,
        rate: 0,
        after: (at) => {
          if (at > 0) each = Math.min(each, timer());
          timer = startTimer(clock);
        },
      });
      return each;
    },
    look: async (weights) => {
      if (plan.trainable === "adapter") return adapt(input.frozen, weights);
      if (looks !== null)
        return embedKept({ cache: looks, network: behind(network, trainable, plan), weights, plan, gate: surroundings.gate });
      const draw = (chunk: Int32Array): HostTensor => base.pictures.plain(chunk);
      const [table] = await embedPictures([{ positions: input.looked, draw }], {
        model: withWeights(network.model, weights),
        input: network.inputs[0]?.name as string,
        threads: plan.threads,
        gate: surroundings.gate,
      });
      return table as VectorTable;
    },
    close: () => {
      views?.close();
      looks?.close();
      base.close();
      for (const name of [viewsName, looksName]) rmSync(kept(name), { force: true });
    },
  };
}

const viewsName = "features.f16";
const looksName = "looked.f16";
const trialSteps = 4;

function sourceOf({
  base: { plan, cache, normalisation },
  views,
  step,
  trained,
}: {
  readonly base: PreparedBase;
  readonly views: FeatureCache | null;
  readonly step: TrainingStep;
  readonly trained: Network;
}): Source {
  const { groups } = step;
  if (views !== null) return featureSource({ cache: views, groups, network: trained, seed: plan.seed });
  const { preset, augment: changes, size, seed, threads } = plan;
  return pictureSource({ kernels: loadKernels(), cache, groups, preset, changes, size, normalisation, seed, threads });
}

/** [classes, dimensions] unit rows: where each class lies before anything is trained. */
function classMeans({ dimensions, values }: VectorTable, rows: readonly number[], labels: readonly number[], classes: number): HostTensor {
  const means = new Float32Array(classes * dimensions);
  rows.forEach((row, at) => {
    const start = (labels[at] as number) * dimensions;
    for (let index = 0; index < dimensions; index++) means[start + index] += values[row * dimensions + index];
  });
  return { type: "float32", shape: [classes, dimensions], data: makeUnitRows(means, dimensions) };
}

/** The trained part for as many rows as are looked at together. */
function behind(network: Network, trainable: ReadonlySet<string>, { size }: RunPlan): Network {
  return (splitNetwork(network, trainable, featureRows, size) as SplitNetwork).trained;
}

/** Pictures whose way through the frozen part is known. */
async function embedKept({
  cache,
  network,
  weights,
  plan,
  gate,
}: {
  readonly cache: FeatureCache;
  readonly network: Network;
  readonly weights: TunedWeights;
  readonly plan: RunPlan;
  readonly gate: () => Promise<void>;
}): Promise<VectorTable> {
  const runner = await openModel(withWeights(network.model, weights), plan.threads);
  const sizes = network.inputs.map(({ shape }) => shape.reduce<number>((product, each) => product * (each ?? 1), 1));
  const values = new Float32Array(cache.pictures * network.dimensions);
  try {
    for (let from = 0; from < cache.pictures; from += featureRows) {
      const targets = sizes.map((size) => new Float32Array(featureRows * size));
      for (let row = 0; row < featureRows; row++) {
        const numbers = cache.plain(Math.min(cache.pictures - 1, from + row));
        let at = 0;
        targets.forEach((target, input) => {
          const size = sizes[input] as number;
          target.set(numbers.subarray(at, at + size), row * size);
          at += size;
        });
      }
      const feeds = network.inputs.map(({ name, shape }, input): [string, HostTensor] => [
        name,
        { type: "float32", shape: [featureRows, ...shape.map((each) => each ?? 1)], data: targets[input] as Float32Array },
      ]);
      const { outputs } = await runner.run(new Map(feeds));
      const count = Math.min(featureRows, cache.pictures - from);
      values.set((outputs[0] as Float32Array).subarray(0, count * network.dimensions), from * network.dimensions);
      await gate();
    }
  } finally {
    await runner.close();
  }
  return { count: cache.pictures, dimensions: network.dimensions, values: makeUnitRows(values, network.dimensions) };
}
