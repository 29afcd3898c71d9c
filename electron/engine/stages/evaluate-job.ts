/**
 * @file Judges an encoder on labelled images of the collection: embeds those it has not seen (the collection keeps the encoder it uses), and
 * counts how often neighbours and a linear classifier tell their labels.
 */
import type { DeviceName, EvaluationReport } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import { findEncoder } from "../encoders/registry.ts";
import type { JobContext, JobResult } from "../jobs/job-runner.ts";
import { openOnDevice } from "../runtime/devices.ts";
import { saveEncoder } from "../store/queries/embeddings.ts";
import { inTransaction } from "../store/statements.ts";
import { compute } from "./compute.ts";
import { embedContents } from "./embed-contents.ts";
import { describeEncoderRow, inferenceRequest } from "./encoder-use.ts";
import type { IndexSurroundings } from "./index-job.ts";
import { readLabelsTable } from "./labels-table.ts";
import { loadVectors } from "./vectors.ts";

export interface EvaluateParameters {
  readonly encoder: string;
  /** Absolute path of the table of (path, label). */
  readonly labels: string;
  readonly device: DeviceName;
}

const seed = 1;

export async function runEvaluateJob(parameters: EvaluateParameters, surroundings: IndexSurroundings, job: JobContext): Promise<JobResult> {
  const { store, clock, children } = surroundings;
  const encoder = findEncoder(parameters.encoder, surroundings.dataFolder);
  const table = readLabelsTable(store, parameters.labels);
  const encoderRow = inTransaction(store, () => saveEncoder(store, describeEncoderRow(encoder)));
  job.enter("embed");
  const unreadable = await embedContents({
    store,
    children,
    encoder,
    encoderRow,
    contentIds: table.contentIds,
    openDevice: () => openOnDevice(inferenceRequest(encoder, surroundings.threads), parameters.device, clock),
    job,
  });
  job.enter("judge");
  const { contentIds, table: all } = loadVectors(store, encoderRow);
  const rowOf = new Map(Array.from(contentIds, (id, row) => [id, row]));
  const chosen = Array.from(table.contentIds, (id, at) => ({ row: rowOf.get(id), label: table.labels[at] as number })).filter(
    (each): each is { row: number; label: number } => each.row !== undefined,
  );
  const { dimensions } = all;
  const values = new Float32Array(chosen.length * dimensions);
  chosen.forEach(({ row }, at) => values.set(all.values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  const labels = Int32Array.from(chosen, ({ label }) => label);
  const classes = new Set(labels).size;
  if (classes < 2)
    throw new UserError(
      "labels-file",
      `${parameters.labels}: of its images only those of ${classes} label can be read; expected at least 2.`,
    );
  const judged = await compute(
    "evaluate",
    { vectors: { count: chosen.length, dimensions, values }, labels, seed },
    { control: job.control, onProgress: (done, total) => job.progress(done, total) },
  );
  const report: EvaluationReport = {
    encoder: encoder.card.id,
    images: chosen.length,
    classes,
    ...judged,
    unknown: [...table.unknown, ...unreadable],
  };
  return { summary: summarise(report), report };
}

function summarise({ encoder, images, classes, knn }: EvaluationReport): string {
  const accuracies = Object.entries(knn).map(([k, { accuracy }]) => `${(100 * accuracy).toFixed(1)} % by ${k} neighbours`);
  return `${encoder} on ${images.toLocaleString("en")} images of ${classes} classes: ${accuracies.join(", ")}`;
}
