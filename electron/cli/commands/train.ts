/**
 * @file `likeness train`: trains an encoder on the collection's pictures and tells whether it helped.
 */
import type { TrainReport } from "#protocol/model.ts";

import { describeTraining } from "../../engine/engine.ts";
import { CliUsageError, oneOf, optionalText, wholeNumber, type Command, type CommandInput } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { chooseWorkspace, withEngine } from "../session.ts";

const levels = ["adapter", "norm", "last", "all"] as const;

export const trainCommand: Command = {
  name: "train",
  usage: "[--method M] [--from ID|scratch:ARCH] [--trainable LEVEL] [--minutes X|--epochs N|--steps N] [...]",
  summary:
    "Train an encoder on this collection's pictures, by comparison, and tell honestly whether it helped. The collection keeps its encoder.",
  options: {
    method: { type: "string", value: "M", help: "how to train (below); without it what suits the number of pictures" },
    from: { type: "string", value: "ID", help: "the encoder to begin with, or scratch:ARCHITECTURE; without it the collection's" },
    trainable: { type: "string", value: "LEVEL", help: "adapter (a head, minutes), norm, last (the last stage) or all" },
    minutes: { type: "string", value: "X", help: "how long to train" },
    epochs: { type: "string", value: "N", help: "or how often to see every picture" },
    steps: { type: "string", value: "N", help: "or how many steps" },
    batch: { type: "string", value: "N", help: "pictures in a step" },
    size: { type: "string", value: "PX", help: "side of a view" },
    augment: { type: "string", value: "PRESET", help: "what kind of pictures these are (below); photo if not given" },
    device: { type: "string", value: "D", help: "auto, cpu, webgpu, cuda, directml, coreml" },
    seed: { type: "string", value: "N", help: "the same seed gives the same encoder; 1 if not given" },
    set: { type: "string", multiple: true, value: "KEY=VALUE", help: "any setting (below); may be given several times" },
    labels: { type: "string", value: "FILE.csv", help: "path,label: for methods that learn from labels" },
    pairs: { type: "string", value: "FILE.csv", help: "path,text: for methods that learn from texts" },
    apply: { type: "boolean", help: "afterwards switch the collection to the recommended encoder" },
  },
  more: describeTraining,
  positionals: [0, 0],
  run: (input) =>
    withEngine(async (engine) => {
      const request = {
        method: optionalText(input, "method") ?? null,
        from: optionalText(input, "from") ?? null,
        trainable: input.values["trainable"] === undefined ? null : oneOf(input, "trainable", levels, "adapter"),
        minutes: numberOf(input, "minutes", 0.01, 1e5),
        epochs: numberOf(input, "epochs", 0.01, 1e5),
        steps: wholeOrNull(input, "steps", 1, 1e8),
        batch: wholeOrNull(input, "batch", 2, 65536),
        size: wholeOrNull(input, "size", 8, 4096),
        augment: optionalText(input, "augment") ?? "photo",
        device: optionalText(input, "device") ?? "auto",
        seed: wholeNumber(input, "seed", 1, 0, 2 ** 31 - 1),
        set: (input.values["set"] as readonly string[] | undefined) ?? [],
        labels: optionalText(input, "labels") ?? null,
        pairs: optionalText(input, "pairs") ?? null,
      };
      const lengths = [request.minutes, request.epochs, request.steps].filter((value) => value !== null);
      if (lengths.length > 1) throw new CliUsageError("likeness train: expected one of --minutes, --epochs, --steps.");
      await engine.open(chooseWorkspace(engine, input), "write");
      const { run, job } = engine.training.start(request);
      const report = await runJob<TrainReport>(engine, job, `\`likeness runs resume ${run}\` goes on from the last checkpoint.`);
      if (input.values["apply"] === true)
        await runJob(engine, engine.encoders.apply(report.recommended), "The collection keeps its encoder.");
      printResult(input.json, report, () => describeTrainReport(report));
      return 0;
    }),
};

export function* describeTrainReport(report: TrainReport): Iterable<string> {
  const { loss, predictor, verdict, recommended } = report;
  const speed =
    loss === null ? "" : `: loss ${loss.first.toFixed(3)} to ${loss.last.toFixed(3)}, ${report.viewsPerSecond.toFixed(0)} views/s`;
  yield `${report.run} (${report.method}), ${report.steps} steps in ${report.seconds.toFixed(0)} s${speed}`;
  yield `before: ${predictor.advice} (uniformity ${predictor.uniformity.toFixed(2)})`;
  const rows = Object.entries(report.report);
  yield `${"".padEnd(10)} view found again  alignment  uniformity  neighbours kept  ${report.judgedBy?.kind === "given" ? " labels" : "folders"} told`;
  for (const [name, metrics] of rows)
    yield `${name.padEnd(10)} ${percent(metrics.viewRetrieval).padStart(16)} ${metrics.alignment.toFixed(3).padStart(10)} ${metrics.uniformity.toFixed(2).padStart(11)} ${percent(metrics.neighboursKept).padStart(16)} ${(metrics.weakLabelKnn === null ? "-" : percent(metrics.weakLabelKnn)).padStart(13)}`;
  yield `verdict: ${verdict}. Recommended: ${recommended}`;
  for (const sentence of [...report.reasons, ...report.notes]) yield `  ${sentence}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function wholeOrNull(input: CommandInput, name: string, low: number, high: number): number | null {
  return input.values[name] === undefined ? null : wholeNumber(input, name, low, low, high);
}

function numberOf(input: CommandInput, name: string, low: number, high: number): number | null {
  const text = input.values[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value >= low && value <= high))
    throw new CliUsageError(`--${name} is "${String(text)}"; expected a number from ${low} to ${high}.`);
  return value;
}
