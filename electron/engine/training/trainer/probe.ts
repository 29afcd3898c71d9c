/**
 * @file The probe set during a run: the same pictures and the same two views each time, as the network sees them now.
 */
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { collapseAlarms } from "../judge/collapse.ts";
import { makeReference, measure, type Metrics, type Reference } from "../judge/measure.ts";
import { meanDeviation, rankMe } from "../judge/rank-me.ts";
import type { Model } from "../../onnx/model.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { adapt } from "./adapt.ts";
import { embedPictures, rowsAt } from "./embed.ts";
import { distinctRows, openExamples, type ExampleNeighbours } from "./probe-examples.ts";
import { networkWeights, type Prepared, type Surroundings } from "./prepare.ts";
import { withWeights } from "./run-model.ts";

/** What one look at the probe tells. */
export interface Look {
  readonly metrics: Metrics;
  /** Null where the probe has too few pictures. */
  readonly examples: ExampleNeighbours | null;
}

export interface Probing {
  /** Before the first step. */
  readonly begin: Look;
  look(weights: ReadonlyMap<string, Float32Array>): Promise<Look & { readonly alarm: string | null }>;
  /** What is compared on the way: pictures known again by another view, and, where there are weak labels, those. */
  merit(metrics: Metrics): number;
}

/** Looked at on the way; the verdict at the end takes all. */
const most = 400;

export async function createProbe(prepared: Prepared, surroundings: Surroundings): Promise<Probing> {
  const { plan, card, network, pictures, frozenPlain } = prepared;
  const positions = plan.probe.slice(0, most);
  const weakLabels = plan.weakLabels === null ? null : Int32Array.from(positions, (place) => plan.weakLabels?.[place] ?? -1);
  const { signal } = surroundings;
  const options = { seed: plan.seed, threads: plan.threads, signal };
  const plainly = { positions, draw: (chunk: Int32Array): HostTensor => pictures.plain(chunk) };
  const views = [0, 1].map((view) => ({ positions, draw: (chunk: Int32Array): HostTensor => pictures.view(chunk, view, "probe") }));
  const embed = (model: Model, tables: Parameters<typeof embedPictures>[0]): Promise<VectorTable[]> =>
    embedPictures(tables, { model, input: network.inputs[0]?.name as string, threads: plan.threads, gate: surroundings.gate });
  // What stands before an adapter never changes: one look at the pictures is enough.
  const isAdapter = plan.trainable === "adapter" && card !== null;
  const before = card === null ? null : prepared.frozen.model;
  const known = frozenPlain && rowsAt(frozenPlain, [...Array(frozenPlain.count).keys()], positions);
  const frozen = before && [...(known ? [known] : await embed(before, [plainly])), ...(isAdapter ? await embed(before, views) : [])];
  // A net from nothing is held against itself as it begins.
  let reference: Reference | null = frozen?.[0] ? makeReference(frozen[0], options) : null;
  const open = (plain: VectorTable) =>
    openExamples(plain, { ...options, folder: surroundings.folder, distinct: distinctRows(prepared.cache, positions) });
  let examplesOf = frozen?.[0] ? open(frozen[0]) : null;
  const look = async (weights: ReadonlyMap<string, Float32Array>): Promise<Look & { dimensions: number }> => {
    const seen =
      isAdapter && frozen
        ? frozen.map((table) => adapt(table, weights))
        : await embed(withWeights(network.model, weights), [plainly, ...views]);
    const [plain, viewA, viewB] = seen;
    if (!plain || !viewA || !viewB) throw new BugError("a look at the probe is three tables");
    reference ??= makeReference(plain, options);
    examplesOf ??= open(plain);
    const metrics = measure({ plain, viewA, viewB }, { ...options, reference, weakLabels });
    return { metrics, examples: examplesOf(plain), dimensions: plain.dimensions };
  };
  const { dimensions: _, ...begin } = await look(networkWeights(prepared, prepared.step.initial));
  // Whitened vectors are as wide as can be: what a training may lose is told by the encoder it began with.
  const healthy = frozen?.[0] ? { rankMe: rankMe(frozen[0], { signal }), deviation: meanDeviation(frozen[0]) } : begin.metrics;
  return {
    begin,
    look: async (weights) => {
      const { dimensions, ...seen } = await look(weights);
      const alarms = collapseAlarms({ frozen: healthy, now: { ...seen.metrics, dimensions } });
      return { ...seen, alarm: alarms.length > 0 ? alarms.join(" ") : null };
    },
    merit: ({ viewRetrieval, weakLabelKnn }) => (weakLabelKnn === null ? viewRetrieval : weakLabelKnn + 0.1 * viewRetrieval),
  };
}
