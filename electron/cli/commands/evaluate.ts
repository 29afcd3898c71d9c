/**
 * @file `likeness evaluate`: how well an encoder's neighbours tell the labels of a table.
 */
import { resolve } from "node:path";

import { deviceNames, type EvaluationReport } from "#protocol/model.ts";

import { oneOf, requiredText, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { runJob } from "../run-job.ts";
import { chooseWorkspace, withEngine } from "../session.ts";

export const evaluateCommand: Command = {
  name: "evaluate",
  usage: "--encoder ID --labels FILE.csv [--device NAME]",
  summary:
    "Judge an encoder on labelled images of the collection: nearest neighbours (leave one out) and a linear classifier (five folds).",
  options: {
    encoder: { type: "string", value: "ID", help: "the encoder; the collection need not use it" },
    labels: {
      type: "string",
      value: "FILE.csv",
      help: "path,label; paths absolute, or relative to the table or to a folder of the collection",
    },
    device: { type: "string", value: "NAME", help: `${deviceNames.join(", ")}` },
  },
  positionals: [0, 0],
  run: (input) => {
    const [encoder, labels] = [requiredText(input, "encoder"), resolve(requiredText(input, "labels"))];
    const device = oneOf(input, "device", deviceNames, "auto");
    return withEngine(async (engine) => {
      await engine.open(chooseWorkspace(engine, input), "write");
      const id = engine.encoders.evaluate({ encoder, labels, device });
      const report = await runJob<EvaluationReport>(engine, id, "What was embedded is kept; the same command goes on from here.");
      printResult(input.json, report, () => describeEvaluation(report));
      return 0;
    });
  },
};

function* describeEvaluation({ encoder, images, classes, knn, ridge, unknown }: EvaluationReport): Iterable<string> {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  yield `${encoder} on ${images} images of ${classes} classes`;
  for (const [k, { accuracy, macroF1 }] of Object.entries(knn))
    yield `${k} neighbours: ${percent(accuracy)} right, macro-F1 ${percent(macroF1)}`;
  yield `linear classifier: ${percent(ridge.accuracy)} right`;
  for (const path of unknown.slice(0, 20)) yield `not an image of the collection: ${path}`;
  if (unknown.length > 20) yield `and ${unknown.length - 20} more that are not (--json lists them all)`;
}
