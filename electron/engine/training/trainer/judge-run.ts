/**
 * @file After training: every encoder the run could end with, looked at on the same probe; what is told of them; and the two that are worth having, the
 * whitened one and the run's own, written down.
 */
import { join } from "node:path";

import { UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { readEncoderCard, type EncoderCard, type EncoderInput } from "../../encoders/encoder-card.ts";
import { collapseAlarms } from "../judge/collapse.ts";
import { makeReference, measure, type Metrics, type Reference } from "../judge/measure.ts";
import { predict, type Prediction } from "../judge/predictor.ts";
import { judgeCandidates, type Verdict } from "../judge/verdict.ts";
import { networkOfEncoder } from "../network/from-encoder.ts";
import type { Network } from "../network/network.ts";
import { candidatesOf, type Candidate, type CandidateName, type Seen } from "../result/candidates.ts";
import { writeTrainedEncoder } from "../result/write-encoder.ts";
import { adaptSeen } from "./adapt.ts";
import { embedPictures, rowsAt } from "./embed.ts";
import { createPictureReader, type PictureReader } from "./pictures.ts";
import { writeProbeNeighbours } from "./probe-neighbours.ts";
import { normalisationOf, scratchNormalisation } from "./normalisation.ts";
import type { PreparedBase, Surroundings } from "./prepare.ts";
import { withWeights } from "./run-model.ts";
import type { RunPlan } from "./run-plan.ts";
import type { TrainResult } from "./train.ts";
import { loadKernels } from "#native/kernels.ts";
import type { Model } from "../../onnx/model.ts";

export interface RunReport {
  readonly predictor: Prediction;
  readonly verdict: Verdict["verdict"];
  /** Of what was measured, in sentences. */
  readonly reasons: readonly string[];
  /** Which candidate to use; the run's own encoder is the better one of those that were tuned. */
  readonly recommended: "frozen" | "whitened" | "run";
  readonly form: CandidateName;
  readonly candidates: readonly { readonly name: CandidateName; readonly metrics: Metrics }[];
  readonly frozen: Metrics;
  readonly whitened: Metrics;
  readonly after: Metrics;
}

/** Rows beyond which whitening learns nothing more. */
const whitenedBy = 20_000;

export async function judgeRun(prepared: PreparedBase, trained: TrainResult | null, surroundings: Surroundings): Promise<RunReport> {
  const { plan, card, network, pictures, cache } = prepared;
  const isScratch = card === null;
  const baselineCard = card ?? readEncoderCard(plan.baseline);
  const baseline = isScratch ? networkOfEncoder(baselineCard) : prepared.frozen;
  const input = network.inputs[0]?.name as string;
  const isAdapter = plan.trainable === "adapter" && !isScratch;
  const looks = 1 + (trained === null || isAdapter ? 0 : trained.bestStep === trained.steps ? 1 : 2);
  let looked = 0;
  const look = async (model: Model, name: string, reader: PictureReader, known: VectorTable | null = null): Promise<Seen> => {
    const onShare = (share: number): void => surroundings.onProgress("judge", Math.round(100 * (looked + share)), 100 * looks);
    const seen = await seeAll({ model, input: name, reader, known }, prepared, surroundings, onShare);
    looked++;
    return seen;
  };
  const baselineReader = isScratch
    ? createPictureReader({
        cache,
        kernels: loadKernels(),
        plan: { ...plan, size: baselineCard.input.size },
        normalisation: normalisationOf(baselineCard),
      })
    : pictures;
  const frozen = await look(baseline.model, baseline.inputs[0]?.name as string, baselineReader, prepared.frozenPlain);
  const lookAt = async (weights: ReadonlyMap<string, Float32Array>): Promise<Seen> =>
    isAdapter ? adaptSeen(frozen, weights) : look(withWeights(network.model, weights), input, pictures);
  const tuned =
    trained === null
      ? null
      : { last: await lookAt(trained.last), best: trained.bestStep === trained.steps ? null : await lookAt(trained.best) };
  const candidates = candidatesOf(frozen, tuned, { seed: plan.seed, canJoin: !isScratch, prefersJoined: !isAdapter });
  const measured = measureAll(candidates, prepared, surroundings);
  const metricsOf = (name: CandidateName): Metrics => (measured.find((each) => each.name === name) as { metrics: Metrics }).metrics;
  const verdict = judgeCandidates(
    measured.map(({ name, metrics }, at) => ({
      name,
      metrics,
      alarms: collapseAlarms({
        frozen: metricsOf("frozen"),
        now: { ...metrics, dimensions: candidates[at]?.plain.dimensions ?? 1 },
      }),
    })),
    plan.judgedBy,
  );
  const form = verdict.form as CandidateName;
  const report: RunReport = {
    predictor: predict({ ...metricsOf("frozen"), encoder: baselineCard.id }),
    verdict: verdict.verdict,
    reasons: verdict.reasons,
    recommended: verdict.recommended === "frozen" || verdict.recommended === "whitened" ? verdict.recommended : "run",
    form,
    candidates: measured,
    frozen: metricsOf("frozen"),
    whitened: metricsOf("whitened"),
    after: metricsOf(form),
  };
  const plainOf = (name: CandidateName): VectorTable => headOf(candidates, name).plain;
  writeProbeNeighbours(
    surroundings.folder,
    { frozen: plainOf("frozen"), whitened: plainOf("whitened"), after: plainOf(form) },
    { threads: plan.threads, signal: surroundings.signal },
  );
  writeWhitened({ plan, card: baselineCard, network: baseline, candidates, folder: surroundings.folder });
  if (trained !== null) writeTuned({ prepared, trained, candidates, report, folder: surroundings.folder });
  return report;
}

async function seeAll(
  { model, input, reader, known }: { model: Model; input: string; reader: PictureReader; known: VectorTable | null },
  { plan }: PreparedBase,
  surroundings: Surroundings,
  onShare: (share: number) => void,
): Promise<Seen> {
  const { probe } = plan;
  const everything = [...new Set([...plan.training, ...probe])].sort((one, other) => one - other);
  const stride = Math.max(1, Math.ceil(everything.length / whitenedBy));
  const sample = everything.filter((_, at) => at % stride === 0);
  const places = known === null ? [...new Set([...sample, ...probe])] : Array.from({ length: known.count }, (_, place) => place);
  const total = (known === null ? places.length : 0) + 2 * probe.length;
  let done = 0;
  const counted = (draw: (chunk: Int32Array) => ReturnType<PictureReader["plain"]>) => (chunk: Int32Array) => {
    done += chunk.length;
    onShare(Math.min(1, done / total));
    return draw(chunk);
  };
  const tables = await embedPictures(
    [
      { positions: probe, draw: counted((chunk) => reader.view(chunk, 0, "probe")) },
      { positions: probe, draw: counted((chunk) => reader.view(chunk, 1, "probe")) },
      ...(known === null ? [{ positions: places, draw: counted((chunk) => reader.plain(chunk)) }] : []),
    ],
    { model, input, threads: plan.threads, gate: surroundings.gate },
  );
  const [viewA, viewB, seen] = tables as [VectorTable, VectorTable, VectorTable | undefined];
  const plain = known ?? (seen as VectorTable);
  return { all: rowsAt(plain, places, sample), plain: rowsAt(plain, places, probe), viewA, viewB };
}

function measureAll(
  candidates: readonly Candidate[],
  { plan }: PreparedBase,
  { signal }: Surroundings,
): { readonly name: CandidateName; readonly metrics: Metrics }[] {
  const weakLabels = plan.weakLabels === null ? null : Int32Array.from(plan.probe, (place) => plan.weakLabels?.[place] ?? -1);
  let reference: Reference | null = null;
  return candidates.map(({ name, plain, viewA, viewB }) => {
    // The first candidate is the frozen encoder.
    reference ??= makeReference(plain, { seed: plan.seed, threads: plan.threads, signal });
    const options = { seed: plan.seed, reference, weakLabels, threads: plan.threads, signal };
    const metrics = measure({ plain, viewA, viewB }, options);
    return { name, metrics };
  });
}

interface Whitened {
  readonly plan: RunPlan;
  readonly card: EncoderCard;
  readonly network: Network;
  readonly candidates: readonly Candidate[];
  readonly folder: string;
}

function writeWhitened({ plan, card, network, candidates, folder }: Whitened): void {
  writeTrainedEncoder(
    join(folder, "whitened"),
    {
      model: network.model,
      frozenEmbedding: network.embedding,
      tunedEmbedding: network.embedding,
      frozenDimensions: network.dimensions,
      tunedDimensions: network.dimensions,
      weights: new Map(),
      head: headOf(candidates, "whitened").head,
      alsoOutputs: card.spatial,
    },
    // Networks take any number of pictures, whatever the file did.
    { ...card.input, batch: null },
    {
      id: `${plan.id}-whitened`,
      name: `${card.name}, half-whitened`,
      licence: card.licence,
      source: `${card.id}, half-whitened on a folder`,
      provenance: { "Made from": card.id, How: "half-whitened in closed form, nothing trained" },
      report: null,
    },
  );
}

interface Tuned {
  readonly prepared: PreparedBase;
  readonly trained: TrainResult;
  readonly candidates: readonly Candidate[];
  readonly report: RunReport;
  readonly folder: string;
}

function writeTuned({ prepared, trained, candidates, report, folder }: Tuned): void {
  const { plan, card, network, frozen } = prepared;
  const chosen = headOf(candidates, report.form);
  if (chosen.usesFrozen && card === null) throw new UserError("training-failed", "A net from nothing cannot be joined with a frozen one.");
  const origin = plan.from.kind === "scratch" ? plan.from.architecture : (card?.id ?? "");
  const { verdict, recommended, frozen: before, whitened, after } = report;
  writeTrainedEncoder(
    join(folder, "encoder"),
    {
      model: network.model,
      frozenEmbedding: frozen.embedding,
      tunedEmbedding: network.embedding,
      frozenDimensions: frozen.dimensions,
      tunedDimensions: network.dimensions,
      weights: report.form.startsWith("best") ? trained.best : trained.last,
      head: chosen.head,
      alsoOutputs: card?.spatial ?? [],
    },
    card === null ? scratchInput(network, plan.size) : { ...card.input, batch: null },
    {
      id: plan.id,
      name: `${card?.name ?? origin}, trained by ${plan.method}`,
      licence: card?.licence ?? "yours",
      source: card === null ? "trained from nothing on a folder" : `${card.id}, trained on a folder`,
      provenance: {
        "Made from": origin,
        Method: plan.method,
        Trained: plan.trainable,
        Steps: String(trained.steps),
        Seed: String(plan.seed),
        Form: chosen.name,
      },
      report: { verdict, recommended, frozen: before, whitened, after },
    },
  );
}

function headOf(candidates: readonly Candidate[], name: CandidateName): Candidate {
  return candidates.find((candidate) => candidate.name === name) as Candidate;
}

export function scratchInput(network: Network, size: number): EncoderInput {
  return {
    name: network.inputs[0]?.name ?? "image",
    layout: "NCHW",
    size,
    sizeMultipleOf: 1,
    batch: null,
    colour: "RGB",
    range: [0, 255],
    ...scratchNormalisation,
    resize: "stretch",
    interpolation: "bicubic",
    background: [255, 255, 255],
  };
}
