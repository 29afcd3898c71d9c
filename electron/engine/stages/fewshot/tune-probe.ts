/**
 * @file What a tuning did to pictures without labels, by the same measures as any training (training/judge): shown beside what the labels say, and deciding nothing.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { predict, type Prediction } from "../../training/judge/predictor.ts";
import { makeReference, measure, type Metrics, type Probe } from "../../training/judge/measure.ts";
import { adapt } from "../../training/trainer/adapt.ts";
import { embedPictures } from "../../training/trainer/embed.ts";
import type { Surroundings } from "../../training/trainer/prepare.ts";
import { withWeights } from "../../training/trainer/run-model.ts";
import type { TunedWeights, Tuner } from "../../training/trainer/tuner.ts";
import { applyWhitening, joinVectors, type Whitening } from "../../training/whiten/whitening.ts";
import { tunedShare, type TunePlan } from "./tune-plan.ts";

export interface ProbeReport {
  readonly predictor: Prediction;
  readonly frozen: Metrics;
  readonly whitened: Metrics;
  readonly after: Metrics;
}

export interface ProbeInput {
  readonly tune: TunePlan;
  readonly tuner: Tuner;
  readonly weights: TunedWeights;
  readonly whitening: Whitening;
}

export async function lookAtProbe(
  { tune: { plan, encoder }, tuner: { base, network }, weights, whitening }: ProbeInput,
  { gate, signal, onProgress }: Pick<Surroundings, "gate" | "signal" | "onProgress">,
): Promise<ProbeReport> {
  const { probe: positions, threads } = plan;
  const reader = base.pictures;
  const draws: ((chunk: Int32Array) => HostTensor)[] = [
    (chunk) => reader.plain(chunk),
    (chunk) => reader.view(chunk, 0, "probe"),
    (chunk) => reader.view(chunk, 1, "probe"),
  ];
  const looks = plan.trainable === "adapter" ? 1 : 2;
  let done = 0;
  const see = async (model: typeof network.model): Promise<Probe> => {
    const tables = await embedPictures(
      draws.map((draw) => ({
        positions,
        draw: (chunk) => {
          onProgress("judge", (done += chunk.length), looks * draws.length * Math.ceil(positions.length / chunk.length) * chunk.length);
          return draw(chunk);
        },
      })),
      { model, input: network.inputs[0]?.name as string, threads, gate },
    );
    const [plain, viewA, viewB] = tables as [VectorTable, VectorTable, VectorTable];
    return { plain, viewA, viewB };
  };
  const frozen = await see(base.network.model);
  const whitened = onAll(frozen, (table) => applyWhitening(table, whitening));
  const tuned =
    plan.trainable === "adapter" ? onAll(frozen, (table) => adapt(table, weights)) : await see(withWeights(network.model, weights));
  const after: Probe = {
    plain: joinVectors(whitened.plain, tuned.plain, tunedShare),
    viewA: joinVectors(whitened.viewA, tuned.viewA, tunedShare),
    viewB: joinVectors(whitened.viewB, tuned.viewB, tunedShare),
  };
  const shared = { seed: plan.seed, threads, signal };
  const reference = makeReference(frozen.plain, shared);
  const of = (probe: Probe): Metrics => measure(probe, { ...shared, reference, weakLabels: null });
  const metrics = { frozen: of(frozen), whitened: of(whitened), after: of(after) };
  return { predictor: predict({ ...metrics.frozen, encoder: encoder.id }), ...metrics };
}

function onAll({ plain, viewA, viewB }: Probe, change: (table: VectorTable) => VectorTable): Probe {
  return { plain: change(plain), viewA: change(viewA), viewB: change(viewB) };
}
