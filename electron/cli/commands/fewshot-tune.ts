/**
 * @file `likeness fewshot tune`: trains on a few labelled pictures and tells, by labels that were left out, whether that is better than the usual way.
 */
import { resolve } from "node:path";

import { tuneLevels } from "#protocol/label-model.ts";
import type { TrainReport } from "#protocol/model.ts";
import type { TunedReport } from "#protocol/tuned-report.ts";

import type { Engine } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, requiredText, wholeNumber, type Command, type CommandInput } from "../arguments.ts";
import { runJob } from "../run-job.ts";

export type Tuned = TunedReport & { readonly run: string; readonly encoder: string };

export const tuneOptions: Command["options"] = {
  trainable: {
    type: "string",
    value: "LEVEL",
    help: "tune: adapter (a layer behind the encoder; if not given), norm, last (the last stage)",
  },
  minutes: { type: "string", value: "X", help: "tune: how long to train, all folds together; 3 if not given" },
  steps: { type: "string", value: "N", help: "tune: or how many steps in each training" },
  seed: { type: "string", value: "N", help: "tune: the same seed gives the same encoder; 1 if not given" },
  augment: {
    type: "string",
    value: "PRESET",
    help: "tune: what kind of pictures these are (`likeness train --help` lists them); medical-grey for DICOM files, else photo, if not given",
  },
  confident: { type: "boolean", help: "tune: let pictures without a label that are told with 90 % or more teach too" },
  apply: { type: "boolean", help: "tune: afterwards switch the collection to the tuned encoder, if it is the recommended one" },
};

/** Needs the collection open for writing. */
export async function tune(engine: Engine, input: CommandInput): Promise<Tuned> {
  const table = engine.readLabels(resolve(requiredText(input, "labels")));
  if (input.values["minutes"] !== undefined && input.values["steps"] !== undefined)
    throw new CliUsageError("likeness fewshot tune: expected one of --minutes, --steps.");
  const augment = optionalText(input, "augment");
  const { run, job } = engine.fewshot.tuneTable(table, {
    trainable: oneOf(input, "trainable", tuneLevels, "adapter"),
    seed: wholeNumber(input, "seed", 1, 0, 2 ** 31 - 1),
    confident: input.values["confident"] === true,
    ...(augment !== undefined && { augment }),
    ...(input.values["minutes"] !== undefined && { minutes: minutesOf(input) }),
    ...(input.values["steps"] !== undefined && { steps: wholeNumber(input, "steps", 1, 1, 100_000) }),
  });
  const report = await runJob<TrainReport>(engine, job, `\`likeness runs resume ${run}\` begins its trainings again.`);
  const tuned = report.tuned as TunedReport;
  if (input.values["apply"] === true && tuned.recommended === "tuned")
    await runJob(engine, engine.training.apply(run, "after"), "The collection keeps its encoder.");
  return { ...tuned, run, encoder: report.encoder };
}

export function* describeTuned({ why, recommended, encoder, confident }: Tuned): Iterable<string> {
  yield why;
  if (confident > 0) yield `${confident} pictures without a label taught too, as what they were told to be.`;
  yield recommended === "tuned"
    ? `Recommended: the tuned encoder ${encoder} (\`likeness encoders apply ${encoder}\`)`
    : "Recommended: the usual way, as it is";
}

function minutesOf(input: CommandInput): number {
  const text = input.values["minutes"];
  const value = Number(text);
  if (text === "" || !(value >= 0.01 && value <= 1e5))
    throw new CliUsageError(`--minutes is "${String(text)}"; expected a number from 0.01 to 100000.`);
  return value;
}
