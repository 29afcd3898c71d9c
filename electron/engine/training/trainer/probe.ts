/**
 * @file The probe set during a run: the same pictures and the same two views each time, as the network sees them now.
 */
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { collapseAlarms } from "../judge/collapse.ts";
import { makeReference, measure, type Metrics, type Reference } from "../judge/measure.ts";
import { networkOfEncoder } from "../network/from-encoder.ts";
import type { Model } from "../../onnx/model.ts";
import { adapt } from "./adapt.ts";
import { embedPictures, rowsAt } from "./embed.ts";
import { networkWeights, type Prepared, type Surroundings } from "./prepare.ts";
import { withWeights } from "./run-model.ts";

export interface Probing {
  /** Before the first step. */
  readonly begin: Metrics;
  look(weights: ReadonlyMap<string, Float32Array>): Promise<{ readonly metrics: Metrics; readonly alarm: string | null }>;
  /** What is compared on the way: pictures known again by another view, and, where there are weak labels, those. */
  merit(metrics: Metrics): number;
}

/** Looked at on the way; the verdict at the end takes all. */
const most = 400;

export async function createProbe(prepared: Prepared, surroundings: Surroundings): Promise<Probing> {
  const { plan, network, pictures, frozenPlain } = prepared;
  const positions = plan.probe.slice(0, most);
  const weakLabels = plan.weakLabels === null ? null : Int32Array.from(positions, (place) => plan.weakLabels?.[place] ?? -1);
  let reference: Reference | null = null;
  const embed = (model: Model): Promise<VectorTable[]> =>
    embedPictures(
      [
        { positions, draw: (chunk) => pictures.view(chunk, 0, "probe") },
        { positions, draw: (chunk) => pictures.view(chunk, 1, "probe") },
        ...(frozenPlain === null ? [{ positions, draw: (chunk: Int32Array) => pictures.plain(chunk) }] : []),
      ],
      { model, input: network.inputs[0]?.name as string, threads: plan.threads, gate: surroundings.gate },
    );
  // What stands before an adapter never changes: one look at the pictures is enough.
  const frozen = plan.trainable === "adapter" && prepared.card !== null ? await embed(networkOfEncoder(prepared.card).model) : null;
  if (frozen !== null && frozenPlain !== null) frozen.push(rowsAt(frozenPlain, [...Array(frozenPlain.count).keys()], positions));
  const look = async (weights: ReadonlyMap<string, Float32Array>): Promise<Metrics & { dimensions: number }> => {
    const seen = frozen?.map((table) => adapt(table, weights)) ?? (await embed(withWeights(network.model, weights)));
    const [viewA, viewB, plain] = seen;
    if (!plain || !viewA || !viewB) throw new BugError("a look at the probe is three tables");
    const { signal } = surroundings;
    // The first look is at the network as it begins.
    reference ??= makeReference(plain, { seed: plan.seed, threads: plan.threads, signal });
    const metrics = measure({ plain, viewA, viewB }, { seed: plan.seed, reference, weakLabels, threads: plan.threads, signal });
    return { ...metrics, dimensions: plain.dimensions };
  };
  const { dimensions: _, ...begin } = await look(networkWeights(prepared, prepared.step.initial));
  return {
    begin,
    look: async (weights) => {
      const { dimensions, ...metrics } = await look(weights);
      const alarms = collapseAlarms({ frozen: begin, now: { ...metrics, dimensions } });
      return { metrics, alarm: alarms.length > 0 ? alarms.join(" ") : null };
    },
    merit: ({ viewRetrieval, weakLabelKnn }) => (weakLabelKnn === null ? viewRetrieval : weakLabelKnn + 0.1 * viewRetrieval),
  };
}
