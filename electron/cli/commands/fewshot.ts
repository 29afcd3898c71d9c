/**
 * @file `likeness fewshot`: learns classes from a few labelled pictures and tells what all the others are; with `tune` it trains on them first.
 */
import { resolve } from "node:path";

import type { LearningWay } from "#protocol/label-model.ts";

import { CliUsageError, optionalText, requiredText, shareOf, wholeNumber, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { chooseWorkspace, withEngine } from "../session.ts";
import { describeTuned, tune, tuneOptions } from "./fewshot-tune.ts";

export const fewshotCommand: Command = {
  name: "fewshot",
  usage: "[tune] --labels FILE.csv [--features frozen|whitened|ENCODER] [--threshold X] [--next N] [--trainable LEVEL] [...]",
  summary:
    "Learn classes from a few labelled pictures: what every other image is, how surely, and what to look at next. One label alone finds more of these. `tune` also trains an encoder on them and tells whether it is better.",
  options: {
    labels: {
      type: "string",
      value: "FILE.csv",
      help: "path,label; paths absolute, or relative to the table or to a folder of the collection",
    },
    features: { type: "string", value: "NAME", help: "learn on these vectors only: frozen, whitened or an encoder that was applied" },
    threshold: { type: "string", value: "X", help: "confidence below which nothing is said; 0.5 if not given" },
    next: { type: "string", value: "N", help: "how many images to look at next; 10 if not given" },
    ...tuneOptions,
  },
  positionals: [0, 1],
  run: (input) => {
    const labels = resolve(requiredText(input, "labels"));
    const request = {
      features: optionalText(input, "features"),
      threshold: shareOf(input, "threshold"),
      next: wholeNumber(input, "next", 10, 0, 1000),
    };
    const [what] = input.positionals;
    if (what !== undefined && what !== "tune")
      throw new CliUsageError(`likeness fewshot: "${what}" is nothing it does; expected tune or nothing.`);
    const stray = Object.keys(tuneOptions).find((name) => what === undefined && input.values[name] !== undefined);
    if (stray !== undefined) throw new CliUsageError(`likeness fewshot: --${stray} belongs to \`fewshot tune\`.`);
    return withEngine(async (engine) => {
      await engine.open(chooseWorkspace(engine, input), what === "tune" ? "write" : "read");
      const tuned = what === "tune" ? await tune(engine, input) : null;
      const told = await engine.learnFromTable(labels, request);
      const { classes, chosen, why, candidates, outlook } = told;
      const predictions = told.predictions.map(({ id, ...rest }) => ({ path: engine.pathOf(id), ...rest }));
      const next = told.next.map((each) => ({ path: engine.pathOf(each.id), why: each.why }));
      const result = { classes, chosen, why, candidates, predictions, next, outlook, ...(tuned && { tuned }) };
      printResult(input.json, result, function* () {
        yield why;
        for (const way of candidates) yield `  ${describeWay(way)}`;
        for (const name of [...classes, null]) {
          const its = predictions.filter(({ label }) => label === name);
          yield `${name ?? "not told"}: ${its.length} images`;
        }
        for (const { path, why: reason } of next) yield `next: ${path} (${reason})`;
        yield outlook;
        if (tuned) yield* describeTuned(tuned);
      });
      return 0;
    });
  },
};

function describeWay({ model, features, looAccuracy }: LearningWay): string {
  return `${model.padEnd(12)} ${features.padEnd(20)} ${looAccuracy === null ? "-" : `${(100 * looAccuracy).toFixed(1)} %`}`;
}
